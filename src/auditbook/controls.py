"""The controls of the start page: a thin layer of ipywidgets over ``workbench``. Nothing else imports ipywidgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from markupsafe import Markup, escape

from auditbook import overview, workbench
from auditbook.faults import EXIT_CONTRADICTION, AuditbookError
from auditbook.overview import STATES
from auditbook.report import fragments as html
from auditbook.report import start_view
from auditbook.report.fragments import Html, Text
from auditbook.workbench import Supposed, Trouble, Workbench
from auditbook.workspace import project_root

CASE_ITSELF = "（案例本身）"
_NO_FRONT_END = "控件只在 JupyterLab 里显示：运行 make lab，打开 notebooks/00_start_here.ipynb。"
_FULL = "auto"
_TALLEST = "430px"
_SIDE = "1 1 260px"
_LABEL = {"description_width": "14em"}
_SHORT_LABEL = {"description_width": "5.5em"}


def styled(*body: Text) -> Html:
    """What is shown within JupyterLab, with the style that it needs there."""
    style = resources.files("auditbook.report").joinpath("lab.css").read_text(encoding="utf-8")
    return Html(
        Markup('<style>{}</style>\n<div class="auditbook">{}</div>').format(Markup(style), html.join(*body))
    )


def all_cases() -> Html:
    """The cases of the project, and how far their runs have come."""
    here = Path.cwd()
    return styled(_cases(here))


def _cases(here: Path) -> Html:
    return start_view.cases(overview.listed(here), STATES, project_root(here) / "notebooks")


class Controls:
    """The controls, as the last line of a cell shows them; without a front end, a line that says where they work."""

    def __init__(self, case: str, scenario: str = "") -> None:
        """Open a case, with a scenario to begin with. A case that cannot be read is told where the controls would be."""
        known = [own for own in overview.listed(Path.cwd()) if not own.scenario]
        named = {
            own.case: f"{own.case}（{own.department} {own.year}）" if own.department else own.case
            for own in known
        }
        name = Path(case).stem
        self.paths = {own: own for own in named} | {name: case}
        named.setdefault(name, case)
        self.case = _dropdown(
            "案例", [(words, own) for own, words in named.items()], name, "set-case", _SHORT_LABEL
        )
        self.start = _dropdown("起点", [(CASE_ITSELF, "")], "", "set-start", _SHORT_LABEL)
        self.undo, self.redo, self.reset = (
            _button(words, icon, tooltip, kind) for words, icon, tooltip, kind in (
                ("撤销", "undo", "撤销上一步", "do-undo"), ("重做", "repeat", "重做撤销的一步", "do-redo"),
                ("恢复案例原样", "refresh", "清去全部改动（可撤销）", "do-reset"),
            )
        )  # fmt: skip
        self.case.layout.flex = self.start.layout.flex = _SIDE
        self.told = widgets.HTML()
        self.settings = widgets.Accordion(layout=widgets.Layout(flex="5 1 290px", min_width="0"))
        self.result = widgets.HTML(
            layout=widgets.Layout(flex="6 1 290px", min_width="0", margin="0 0 0 14px")
        )
        self.result.add_class("auditbook-result")
        self.saving = widgets.VBox()
        self.box = widgets.VBox(
            [
                widgets.HTML(str(styled())), widgets.HBox([self.case, self.start], layout=widgets.Layout(flex_flow="row wrap")),
                widgets.HBox([self.undo, self.redo, self.reset]), self.told,
                widgets.HBox([self.settings, self.result], layout=widgets.Layout(align_items="flex-start", flex_flow="row wrap")), self.saving,
            ]
        )  # fmt: skip
        self.box.add_class("auditbook-controls")
        self.bench: Workbench | None = None
        self.filling = False
        self.scheme = ""
        self.running: asyncio.Task[None] | None = None
        self.notes: dict[tuple[str, ...], Any] = {}
        self.case.observe(self._chosen, names="value")
        self.start.observe(self._when(lambda bench, new: bench.begin_with(new)), names="value")
        self.undo.on_click(self._step(Workbench.undo))
        self.redo.on_click(self._step(Workbench.redo))
        self.reset.on_click(self._step(Workbench.reset))
        self._open(name, scenario)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.box._repr_mimebundle_(**options)
        if isinstance(bundle, dict):
            bundle["text/plain"] = _NO_FRONT_END
        return bundle

    # --- a case is opened

    def _chosen(self, change: Any) -> None:
        if not self.filling:
            self._open(change["new"], "")

    def _open(self, name: str, scenario: str) -> None:
        self._say(f"正在读入“{name}”……还没有运行过的案例，第一次要十几秒。", "busy")
        self.bench = None
        self.settings.children, self.saving.children, self.result.value = (), (), ""
        try:
            self.bench = Workbench(self.paths[name], scenario)
        except AuditbookError as error:
            self._say("")
            self.result.value = _inside(
                html.callout("warning", "这个案例读不通，不能试算", html.bullets(map(str, error.faults)))
            )
            return
        except Exception as error:  # nobody sees a traceback that a control leaves behind
            self._say(_own_fault(error), "wrong")
            return
        self.filling = True
        self.start.options = [(CASE_ITSELF, ""), *((own, own) for own in self.bench.scenario_names)]
        self.start.value = Path(scenario).stem if Path(scenario).stem in self.bench.scenario_names else ""
        self.filling = False
        self._lay_out(self.bench)
        self._say("")
        self._refresh()

    # --- layout: each control with a place for what is wrong with it

    def _lay_out(self, bench: Workbench) -> None:
        self.notes = {}
        self.scheme = ""
        self.framework = _dropdown(
            "评分表", [(title, id) for id, title in bench.schemes], None, "set-framework", _SHORT_LABEL
        )
        self.framework.observe(self._when(lambda own, new: own.choose_scheme(new)), names="value")
        self.weights = widgets.VBox()
        self.rescale = _check("合计不等于满分时按比例折算（rescale）", "set-rescale")
        self.rescale.observe(self._when(lambda own, new: own.rescale(new)), names="value")
        self.added = widgets.HTML()
        self.definitions = {
            entry.indicator: _dropdown(entry.name, [], None, f"set-definition-{entry.indicator}")
            for entry in bench.definitions
        }
        for indicator, control in self.definitions.items():
            control.observe(self._when(partial(_define, indicator)), names="value")
        self.limits = {
            entry.key: _text(f"{entry.name} {entry.side}", f"set-limit-{entry.key}") for entry in bench.limits
        }
        for key, field in self.limits.items():
            field.observe(self._when(partial(_limit, key)), names="value")
        self.amount, self.unit = (
            _text("重要性水平", "set-materiality"),
            _units("set-materiality-unit", ["元", "万元", "亿元"]),
        )
        for field in (self.amount, self.unit):
            field.observe(
                self._when(lambda own, new: own.set_materiality(self.amount.value, self.unit.value)), names="value"
            )  # fmt: skip
        self.strict = _check("从严认定：有数字的才算“已完成”", "set-strict")
        self.strict.observe(self._when(lambda own, new: own.demand_figures(new)), names="value")
        sections = {
            "评分表与分值": [
                *self._noted(self.framework, ("framework",)), self.added, self._note(("weights",)), self.rescale, self.weights,
            ],
            "口径（定义）": [
                row for id, control in self.definitions.items() for row in self._noted(control, ("definitions", id))
            ],
            "界限与重要性水平": [
                *(row for key, field in self.limits.items() for row in self._noted(field, ("thresholds", key))),
                widgets.HBox([self.amount, self.unit]), self._note(("tolerances", "materiality")),
            ],
            "证据与假设的数字": [self.strict, *self._assuming(bench)],
        }  # fmt: skip
        # what is moved and what comes of it are to be seen together, so a long section scrolls by itself
        self.settings.children = [
            widgets.VBox(rows, layout=widgets.Layout(max_height=_TALLEST, overflow="hidden auto"))
            for rows in sections.values()
        ]
        for place, title in enumerate(sections):
            self.settings.set_title(place, title)
        self.settings.selected_index = 0
        self.saving.children = self._save_rows(bench)

    def _note(self, place: tuple[str, ...]) -> Any:
        self.notes[place] = widgets.HTML(layout=widgets.Layout(display="none"))
        return self.notes[place]

    def _noted(self, control: Any, place: tuple[str, ...]) -> list[Any]:
        return [control, self._note(place)]

    def _lines(self, bench: Workbench) -> None:
        """The fields of the scheme's lines, made anew where another scheme is in force."""
        self.points = {line.key: _text(line.name, f"set-weight-{line.key}") for line in bench.lines}
        rows: list[Any] = []
        group = None
        for line in bench.lines:
            if line.group != group:
                group = line.group
                rows.append(widgets.HTML(f"<b>{escape(group or '不分组')}</b>"))
            field = self.points[line.key]
            field.observe(self._when(partial(_weigh, line.key)), names="value")
            rows += self._noted(field, ("weights", line.key))
        self.weights.children = rows

    def _assuming(self, bench: Workbench) -> list[Any]:
        figures = bench.figures
        self.figure = widgets.Combobox(
            description="数字", options=[f"{name}〔{id}〕" for id, name in figures], placeholder="输入名称的一部分，再选",
            ensure_option=True, style=_SHORT_LABEL, layout=widgets.Layout(width=_FULL),
        )  # fmt: skip
        self.figure.add_class("set-figure")
        self.figure_ids = {f"{name}〔{id}〕": id for id, name in figures}
        self.scope = _dropdown(
            "部门或单位", [(name, id) for id, name in bench.scopes], "department", "set-scope", _SHORT_LABEL
        )
        self.item = _dropdown("分项", [("不分项", "")], "", "set-item", _SHORT_LABEL)
        self.year = _dropdown(
            "年度", [(year, year) for year in bench.years], bench.years[0], "set-year", _SHORT_LABEL
        )
        self.given = widgets.HTML()
        self.value = _text("数值", "set-value", _SHORT_LABEL)
        self.value_unit = _units("set-value-unit", ["万元"])
        self.why = _text("理由", "set-why", _SHORT_LABEL)
        self.why.placeholder = "为什么这样假设"
        self.suppose = _button("加上这个假设", "plus", "用这个数代替资料里的数", "do-suppose")
        self.refused = widgets.HTML()
        self.assumed = widgets.VBox()
        self.figure.observe(self._figure_chosen, names="value")
        for control in (self.scope, self.item, self.year):
            control.observe(self._show_given, names="value")
        self.suppose.on_click(self._suppose)
        return [
            widgets.HTML("<b>假设一个数字</b>"), self.figure, self.scope, self.item, self.year, self.given,
            widgets.HBox([self.value, self.value_unit]), self.why, self.suppose, self.refused, self.assumed,
        ]  # fmt: skip

    def _save_rows(self, bench: Workbench) -> list[Any]:
        self.name = _text("名字", "set-name", _SHORT_LABEL)
        self.name.value = bench.offered_name
        self.reason = _text("理由", "set-reason", _SHORT_LABEL)
        self.reason.value, self.reason.placeholder = bench.reason, "一句话：为什么作这些改动"
        self.name.layout.flex = self.reason.layout.flex = _SIDE
        self.save = _button("保存为情景", "save", "写进 params/scenarios/，不覆盖已有的文件", "do-save")
        self.run = _button("运行这个情景", "play", "运行五个笔记本，写出报告", "do-run")
        self.saved = widgets.HTML()
        self.saved.add_class("auditbook-saved")
        self.bar = widgets.IntProgress(min=0, max=1, layout=widgets.Layout(width=_FULL, display="none"))
        self.step = widgets.HTML()
        self.finished = widgets.Output()
        self.finished.add_class("auditbook-finished")
        self.file = widgets.HTML()
        self.save.on_click(self._save)
        self.run.on_click(self._run)
        return [
            widgets.HTML("<b>保存与运行</b>"), widgets.HBox([self.name, self.reason], layout=widgets.Layout(flex_flow="row wrap")), self.file,
            widgets.HBox([self.save, self.run]), self.saved, self.bar, self.step, self.finished,
        ]  # fmt: skip

    # --- a control is moved

    def _when(self, act: Callable[[Workbench, Any], str | None]) -> Callable[[Any], None]:
        """A handler: what is done to the workbench, then everything shown as it is now."""

        def handler(change: Any) -> None:
            if not self.filling and self.bench is not None:
                self._do(lambda bench: act(bench, change["new"]))

        return handler

    def _step(self, act: Callable[[Workbench], None]) -> Callable[[Any], None]:
        return lambda _: self._do(act)

    def _do(self, act: Callable[[Workbench], str | None]) -> None:
        if self.bench is None:
            return
        try:
            self._say(act(self.bench) or "", "quiet")
        except AuditbookError as error:
            self._say(" ".join(map(str, error.faults)), "wrong")
        except Exception as error:  # nobody sees a traceback that a control leaves behind
            self._say(_own_fault(error), "wrong")
        self._refresh()

    def _refresh(self) -> None:
        """Show the settings in their controls, what is wrong beside each, and what comes of them."""
        bench = self.bench
        if bench is None:
            return
        self.filling = True
        try:
            self._fill(bench)
        finally:
            self.filling = False
        try:
            found = bench.outcome()
            self._tell_troubles(found.troubles)
            self.result.value = _inside(start_view.outcome(found))
            self.file.value = _inside(html.folded("情景文件的内容", html.verbatim(found.written)))
        except Exception as error:  # nobody sees a traceback that a control leaves behind
            self.result.value = _inside(html.callout("warning", "没有重算", _own_fault(error)))

    def _fill(self, bench: Workbench) -> None:
        own = bench.settings
        self.undo.disabled, self.redo.disabled = not bench.can_undo, not bench.can_redo
        scheme = own.framework or bench.schemes[0][0]
        if scheme != self.scheme:
            self.scheme = scheme
            self._lines(bench)
        self.framework.value = scheme
        for line in bench.lines:
            field = self.points[line.key]
            field.value, field.placeholder = line.entered or line.points, line.points
        self.rescale.value = own.rescale
        self.added.value = _inside(html.paragraph(f"{bench.weights_words}。{bench.carried_words}"))
        for entry in bench.definitions:
            control = self.definitions[entry.indicator]
            control.options = [
                (f"{name}（原定）" if id == entry.own else name, id) for id, name in entry.choices
            ]
            control.value = entry.chosen if entry.chosen in dict(entry.choices) else None
        for limited in bench.limits:
            field = self.limits[limited.key]
            field.value, field.placeholder = limited.entered or limited.limit, limited.limit
        self.amount.value, self.unit.value = own.materiality if own.materiality[0] else bench.materiality
        self.strict.value = own.strict
        self.assumed.children = [
            self._assumed_row(bench, place, entry) for place, entry in enumerate(own.assumed)
        ]
        self.run.disabled = not bench.is_saved

    def _assumed_row(self, bench: Workbench, place: int, own: Supposed) -> Any:
        drop = _button("去掉", "times", "去掉这个假设", f"do-drop-{place}")
        drop.layout.width = "6em"
        drop.on_click(self._step(lambda held: held.suppose_no_more(place)))
        words = widgets.HTML(_inside(html.paragraph(bench.supposed_words(own))))
        note = self._note(("assumed", str(place)))
        return widgets.VBox([widgets.HBox([drop, words]), note])

    def _tell_troubles(self, troubles: Sequence[Trouble]) -> None:
        for place, note in self.notes.items():
            own = [
                trouble.words for trouble in troubles if tuple(map(str, trouble.place[: len(place)])) == place
            ]
            if place == ("weights",):  # of the whole; each line tells its own
                own = [trouble.words for trouble in troubles if trouble.place == place]
            note.value = _wrong(own)
            note.layout.display = "" if own else "none"

    # --- a figure is assumed

    def _figure_chosen(self, change: Any) -> None:
        id = self.figure_ids.get(change["new"])
        if self.bench is None or id is None:
            return
        self.item.options = [(name, item) for item, name in self.bench.items(id)]
        self.item.value = ""
        units = self.bench.units(id)
        self.value_unit.options, self.value_unit.value = units, units[0]
        self._show_given({})

    def _show_given(self, _: Any) -> None:
        id = self.figure_ids.get(self.figure.value)
        if self.bench is None or id is None:
            self.given.value = ""
            return
        given = self.bench.given(id, self.scope.value, self.item.value or "", self.year.value)
        self.given.value = _inside(html.paragraph(f"资料：{given}"))

    def _suppose(self, _: Any) -> None:
        id = self.figure_ids.get(self.figure.value)
        if self.bench is None:
            return
        if id is None:
            self.refused.value = _wrong(["还没有选数字。"])
            return
        supposed = Supposed(
            id, self.scope.value, self.item.value or "", self.year.value, self.value.value, self.value_unit.value,
            self.why.value,
        )  # fmt: skip
        refused: list[str] = []
        self._do(lambda bench: refused.extend(bench.suppose(supposed)))
        self.refused.value = _wrong(refused)
        if not refused:
            self.value.value = self.why.value = ""

    # --- saving and running

    def _save(self, _: Any) -> None:
        if self.bench is None:
            return
        try:
            saved = self.bench.save(self.name.value, self.reason.value)
        except AuditbookError as error:
            self.saved.value = _wrong(map(str, error.faults))
            return
        said = html.paragraph(
            f"已写出 {saved.shown}。运行它：", html.code(saved.command), "，或按“运行这个情景”。"
        )
        self.saved.value = _inside(said)
        self.filling = True
        self.start.options = [(CASE_ITSELF, ""), *((own, own) for own in self.bench.scenario_names)]
        self.start.value = saved.name
        self.filling = False
        self._refresh()

    def _run(self, _: Any) -> None:
        if self.bench is None or (self.running is not None and not self.running.done()):
            return
        try:
            arguments = self.bench.run_arguments()
        except AuditbookError as error:
            self.saved.value = _wrong(map(str, error.faults))
            return
        self.run.disabled = True
        self.finished.outputs = ()
        self.running = asyncio.get_running_loop().create_task(self._watched(arguments, self.bench))

    async def _watched(self, arguments: list[str], bench: Workbench) -> None:
        """Run the command in a process of its own, and tell its progress; the kernel stays free for the controls."""
        self.bar.layout.display, self.bar.value, self.bar.bar_style = "", 0, ""
        self.step.value = _inside(html.paragraph("正在运行……"))
        report = bench.report()
        try:
            process = await asyncio.create_subprocess_exec(
                *arguments, cwd=bench.run.workspace.root, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            assert process.stdout
            told: list[str] = []
            async for raw in process.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                step = workbench.step_of(line)
                if step:
                    self.bar.value, self.bar.max = step[0] - 1, step[1]
                    self.step.value = _inside(html.paragraph(f"第 {step[0]} 步，共 {step[1]} 步：{step[2]}"))
                else:
                    told.append(line)
            code = await process.wait()
        except OSError as error:
            self.step.value = _wrong([f"没有运行起来：{error.strerror}。"])
            return
        finally:
            self.run.disabled = not bench.is_saved
        done = code in {0, EXIT_CONTRADICTION}
        self.bar.value, self.bar.bar_style = self.bar.max, "success" if done else "danger"
        words = [bench.masks.masked(line) for line in told if not line.startswith("报告：")]
        if not done:
            self.step.value = _wrong([f"没有运行成功（退出码 {code}）：", *words])
            return
        self.step.value = ""
        opened = start_view.report_link(report, project_root(bench.run.workspace.root) / "notebooks")
        shown = html.join(
            html.paragraph("运行完毕。", opened, "；再运行一次上面的 all_cases()，表里就有这次运行。"),
            html.bullets(words),
        )
        self.finished.append_display_data(styled(shown))

    def _say(self, words: str, kind: str = "quiet") -> None:
        self.told.value = (
            str(Markup('<div class="auditbook"><p class="{}" role="status">{}</p></div>').format(kind, words))
            if words
            else ""
        )


def _define(indicator: str, bench: Workbench, definition: Any) -> None:
    bench.define(indicator, definition)


def _limit(key: str, bench: Workbench, bound: Any) -> None:
    bench.limit(key, bound)


def _weigh(line: str, bench: Workbench, points: Any) -> None:
    bench.weigh(line, points)


def _inside(*body: Text) -> str:
    return str(Markup('<div class="auditbook">{}</div>').format(html.join(*body)))


def _wrong(words: Iterable[str]) -> str:
    lines = [Markup('<p class="wrong" role="alert">△ {}</p>').format(line) for line in words]
    return str(Markup('<div class="auditbook">{}</div>').format(Markup("").join(lines))) if lines else ""


def _own_fault(error: Exception) -> str:
    return f"这是程序自身的错误，请告诉维护者：{type(error).__name__}：{error}"


def _dropdown(
    label: str,
    options: Sequence[tuple[str, str]],
    value: str | None,
    kind: str,
    style: dict[str, str] | None = None,
) -> Any:
    own = widgets.Dropdown(
        description=label, description_allow_html=False, options=options, value=value, style=style or _LABEL,
        layout=widgets.Layout(width=_FULL),
    )  # fmt: skip
    own.add_class(kind)
    return own


def _text(label: str, kind: str, style: dict[str, str] | None = None) -> Any:
    """A field that speaks when it is left, not at every key: half a number is no number."""
    own = widgets.Text(
        description=label, continuous_update=False, style=style or _LABEL, layout=widgets.Layout(width=_FULL)
    )  # fmt: skip
    own.add_class(kind)
    return own


def _units(kind: str, options: Sequence[str]) -> Any:
    own = widgets.Combobox(
        options=options, value=options[0], continuous_update=False, layout=widgets.Layout(width="7em")
    )
    own.add_class(kind)
    return own


def _check(label: str, kind: str) -> Any:
    own = widgets.Checkbox(description=label, indent=False, layout=widgets.Layout(width=_FULL))
    own.add_class(kind)
    return own


def _button(label: str, icon: str, tooltip: str, kind: str) -> Any:
    own = widgets.Button(
        description=label,
        icon=icon,
        tooltip=tooltip,
        layout=widgets.Layout(width="auto", align_self="flex-start"),
    )
    own.add_class(kind)
    return own
