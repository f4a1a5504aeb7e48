"""Write invented departments (虚构): complete cases for load and for measuring the finding rules. See docs/invented-departments.md."""

from __future__ import annotations

import argparse
from pathlib import Path

from inventing import invent
from inventing.department import FRAMEWORKS


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="写出虚构的部门（案例、资料与应有的审计发现）")
    parser.add_argument("folder", type=Path, help="写到哪个文件夹")
    parser.add_argument("--departments", type=int, default=10, metavar="N", help="部门个数")
    parser.add_argument("--years", type=int, default=1, metavar="N", help="每个部门的年度数，最后一年是2023")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="随机种子")
    parser.add_argument(
        "--faults", type=float, default=0.0, metavar="SHARE", help="有错的部门占多少（0 至 1）"
    )
    parser.add_argument(
        "--missing", type=float, default=0.0, metavar="SHARE", help="缺资料的部门占多少（0 至 1）"
    )
    parser.add_argument("--frameworks", default=",".join(FRAMEWORKS), help="评分表，逗号分隔")
    asked = parser.parse_args()
    frameworks = asked.frameworks.split(",")
    unknown = sorted(set(frameworks) - set(FRAMEWORKS))
    if unknown:
        parser.error(f"没有评分表“{'、'.join(unknown)}”；有：{'、'.join(FRAMEWORKS)}")
    for name in ("departments", "years"):
        if getattr(asked, name) < 1:
            parser.error(f"--{name} 至少为 1")
    for name in ("faults", "missing"):
        if not 0 <= getattr(asked, name) <= 1:
            parser.error(f"--{name} 在 0 与 1 之间")
    if asked.folder.exists() and any(asked.folder.iterdir()):
        parser.error(f"{asked.folder} 不是空的；换一个文件夹，什么也没有改动")
    cases = invent(
        asked.folder, asked.departments, asked.years, asked.seed, asked.faults, asked.missing, frameworks
    )
    print(f"{asked.folder}：{len(cases)} 个案例，应有的审计发现见 truth.csv")


if __name__ == "__main__":
    main()
