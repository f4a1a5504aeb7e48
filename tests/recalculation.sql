-- A second path to every rate: plain SQL over the evidence, for sqlite3.
--
-- Written by hand from the text of 财预〔2013〕53号 and the other sources of the definitions. It shares nothing with the
-- formulas in params/indicators or with the program: neither the text of a formula nor a line of code. All numbers are
-- 64-bit integers, in millionths of 元, of a person, of one; a quotient is handed out as two integers and never divided.
--
-- The test fills audited, unit and evidence (as in figures.csv), runs this file, and reads the table rate_found.

-- 1. Which rates there are: what stands above the line, what below, how often (minus one: it is taken off).
--    per: the quotient is divided by this once more. Nothing below the line: the figure itself is the result.
CREATE TABLE rate (rate TEXT, figure TEXT, above INTEGER, below INTEGER, per INTEGER DEFAULT 0);
INSERT INTO rate (rate, figure, above, below) VALUES
-- 预算完成率 = 预算完成数 ÷ 预算数; the 预算数 is the adjusted, the first approved, or the money that arrived
('budget_execution_rate.adjusted',             'budget_spent',                  1,  0),
('budget_execution_rate.adjusted',             'budget_adjusted',               0,  1),
('budget_execution_rate.original',             'budget_spent',                  1,  0),
('budget_execution_rate.original',             'budget_initial',                0,  1),
('budget_execution_rate.funds_received',       'budget_spent',                  1,  0),
('budget_execution_rate.funds_received',       'funds_received',                0,  1),
-- 行政单位财务规则: 年终执行数（不含上年结转和结余支出数）÷（年初预算数 ± 年中预算调整数）
('budget_execution_rate.rules_2012',           'budget_spent',                  1,  0),
('budget_execution_rate.rules_2012',           'spent_from_prior',             -1,  0),
('budget_execution_rate.rules_2012',           'budget_initial',                0,  1),
('budget_execution_rate.rules_2012',           'budget_added',                  0,  1),
('budget_execution_rate.rules_2012',           'budget_cut',                    0, -1),
-- 完成年初预算的百分比 in the narrative of published accounts: 一般公共预算 only, spending ÷ first budget
('budget_execution_rate.general_budget',       'general_budget_spent',          1,  0),
('budget_execution_rate.general_budget',       'general_budget_initial',        0,  1),
-- 预算调整率 = 预算调整数 ÷ 预算数. 53号: 追加、追减或结构调整的资金总和, exempt ones taken off where there is a ledger
('budget_adjustment_rate.ministry',            'budget_added',                  1,  0),
('budget_adjustment_rate.ministry',            'budget_cut',                    1,  0),
('budget_adjustment_rate.ministry',            'budget_initial',                0,  1),
('budget_adjustment_rate.ministry_exempt',     'budget_added',                  1,  0),
('budget_adjustment_rate.ministry_exempt',     'budget_cut',                    1,  0),
('budget_adjustment_rate.ministry_exempt',     'budget_moved',                  1,  0),
('budget_adjustment_rate.ministry_exempt',     'adjustment_exempt',            -1,  0),
('budget_adjustment_rate.ministry_exempt',     'budget_initial',                0,  1),
-- variant B (net), C (only what was added), D (spending compared with the first budget)
('budget_adjustment_rate.net',                 'budget_adjusted',               1,  0),
('budget_adjustment_rate.net',                 'budget_initial',               -1,  1),
('budget_adjustment_rate.gross_increase',      'budget_added',                  1,  0),
('budget_adjustment_rate.gross_increase',      'budget_initial',                0,  1),
('budget_adjustment_rate.spent_over_initial',  'budget_spent',                  1,  0),
('budget_adjustment_rate.spent_over_initial',  'budget_initial',               -1,  1),
-- 结转结余率 = 结转结余总额 ÷ 支出预算数; ÷ 支出完成数; at most all that was not spent; 结余率 = 结余数 ÷ 预算数
('carry_over_rate.ministry',                   'carry_over',                    1,  0),
('carry_over_rate.ministry',                   'budget_adjusted',               0,  1),
('carry_over_rate.upper_bound',                'budget_adjusted',               1,  1),
('carry_over_rate.upper_bound',                'budget_spent',                 -1,  0),
('carry_over_rate.to_spending',                'carry_over',                    1,  0),
('carry_over_rate.to_spending',                'budget_spent',                  0,  1),
('carry_over_rate.surplus',                    'surplus',                       1,  0),
('carry_over_rate.surplus',                    'budget_adjusted',               0,  1),
-- 结转结余变动率 = (本年累计 − 上年度累计) ÷ 上年度累计
('carry_over_change_rate.ministry',            'carry_over',                    1,  0),
('carry_over_change_rate.ministry',            'carry_over_previous',          -1,  1),
-- 重点支出安排率 = 重点项目支出 ÷ 项目总支出
('key_spending_rate.ministry',                 'key_project_budget',            1,  0),
('key_spending_rate.ministry',                 'project_budget',                0,  1),
-- 岳阳 支付进度: the number of special funds that were late
('special_funds_behind.count',                 'special_funds_late',            1,  0),
-- 三公经费变动率 = (本年度三公 − 上年度三公) ÷ 上年度三公, budgets by 53号, actuals in most narratives
('three_public_change_rate.ministry',          'three_public_budget',           1,  0),
('three_public_change_rate.ministry',          'three_public_budget_previous', -1,  1),
('three_public_change_rate.actual',            'three_public_actual',           1,  0),
('three_public_change_rate.actual',            'three_public_actual_previous', -1,  1),
-- 三公经费控制率, 公用经费控制率, 政府采购执行率: 实际 ÷ 预算
('three_public_control_rate.ministry',         'three_public_actual',           1,  0),
('three_public_control_rate.ministry',         'three_public_budget',           0,  1),
('public_funds_control_rate.ministry',         'public_funds_actual',           1,  0),
('public_funds_control_rate.ministry',         'public_funds_budget',           0,  1),
('procurement_execution_rate.ministry',        'procurement_actual',            1,  0),
('procurement_execution_rate.ministry',        'procurement_budget',            0,  1),
-- 在职人员控制率 = 在职人员数 ÷ 编制数: 编制内, each category, 连同编外
('staff_control_rate.established',             'staff_actual_established',      1,  0),
('staff_control_rate.established',             'staff_quota_established',       0,  1),
('staff_control_rate.category',                'staff_actual',                  1,  0),
('staff_control_rate.category',                'staff_quota',                   0,  1),
('staff_control_rate.with_contract',           'staff_actual_all',              1,  0),
('staff_control_rate.with_contract',           'staff_quota_all',               0,  1),
('contract_staff_ratio.ratio',                 'staff_actual_contract',         1,  0),
('contract_staff_ratio.ratio',                 'staff_actual_established',      0,  1),
-- 行政单位财务规则: 人员支出比率, 公用支出比率, 项目支出比率 = 本期人员、公用、项目支出数 ÷ 本期支出总数; the same over
-- 一般公共预算支出 (公开06表 ÷ 05表), and over 基本支出 as the two of them
('staff_spending_share.spending',              'staff_funds_actual',            1,  0),
('staff_spending_share.spending',              'budget_spent',                  0,  1),
('staff_spending_share.general_budget',        'staff_funds_actual',            1,  0),
('staff_spending_share.general_budget',        'general_budget_spent',          0,  1),
('staff_spending_share.basic',                 'staff_funds_actual',            1,  1),
('staff_spending_share.basic',                 'public_funds_actual',           0,  1),
('public_spending_share.spending',             'public_funds_actual',           1,  0),
('public_spending_share.spending',             'budget_spent',                  0,  1),
('public_spending_share.general_budget',       'public_funds_actual',           1,  0),
('public_spending_share.general_budget',       'general_budget_spent',          0,  1),
('public_spending_share.basic',                'public_funds_actual',           1,  1),
('public_spending_share.basic',                'staff_funds_actual',            0,  1),
('project_spending_share.spending',            'project_spent',                 1,  0),
('project_spending_share.spending',            'budget_spent',                  0,  1),
-- 增减率 = 增减额 ÷ 上年数, 上年数 = 本年数 − 增减额
('accounts_total_change_rate.published_change','accounts_total_change',         1, -1),
('accounts_total_change_rate.published_change','accounts_total',                0,  1),
('general_budget_change_rate.published_change','general_budget_change',         1, -1),
('general_budget_change_rate.published_change','general_budget_spent',          0,  1),
('running_cost_change_rate.published_change',  'running_cost_change',           1, -1),
('running_cost_change_rate.published_change',  'running_cost_actual',           0,  1),
-- 固定资产利用率 = 在用 ÷ 所有
('fixed_asset_use_rate.ministry',              'assets_in_use',                 1,  0),
('fixed_asset_use_rate.ministry',              'assets_total',                  0,  1),
-- 目标完成率 = 实际值 ÷ 目标值; 实际完成率 = 实际完成 ÷ 计划, by task lists or by sub-targets
('target_attainment.ratio',                    'objective_actual',              1,  0),
('target_attainment.ratio',                    'objective_target',              0,  1),
('completion_rate.ministry',                   'tasks_done',                    1,  0),
('completion_rate.ministry',                   'tasks_planned',                 0,  1),
('completion_rate.proven',                     'objectives_proven',             1,  0),
('completion_rate.proven',                     'objectives_planned',            0,  1),
('completion_rate.possible',                   'objectives_possible',           1,  0),
('completion_rate.possible',                   'objectives_planned',            0,  1),
('completion_rate.claimed',                    'objectives_claimed',            1,  0),
('completion_rate.claimed',                    'objectives_planned',            0,  1),
-- 完成及时率, 质量达标率 (÷ 计划 by 53号, ÷ 实际产出 by 10号), 重点工作办结率
('on_time_rate.ministry',                      'tasks_on_time',                 1,  0),
('on_time_rate.ministry',                      'tasks_planned',                 0,  1),
('quality_rate.ministry',                      'tasks_quality_met',             1,  0),
('quality_rate.ministry',                      'tasks_planned',                 0,  1),
('quality_rate.project',                       'tasks_quality_met',             1,  0),
('quality_rate.project',                       'tasks_done',                    0,  1),
('key_task_rate.ministry',                     'key_tasks_done',                1,  0),
('key_task_rate.ministry',                     'key_tasks_assigned',            0,  1),
-- 满意度 = 满意 ÷ 有效样本; the two best of five answers; five answers at 1, 0.8, 0.6, 0.3, 0: here in tenths
('satisfaction_rate.ministry',                 'survey_satisfied',              1,  0),
('satisfaction_rate.ministry',                 'survey_valid',                  0,  1),
('satisfaction_rate.two_top',                  'survey_very_satisfied',         1,  0),
('satisfaction_rate.two_top',                  'survey_rather_satisfied',       1,  0),
('satisfaction_rate.two_top',                  'survey_answers',                0,  1),
('satisfaction_rate.weighted',                 'survey_very_satisfied',        10,  0),
('satisfaction_rate.weighted',                 'survey_rather_satisfied',       8,  0),
('satisfaction_rate.weighted',                 'survey_neutral',                6,  0),
('satisfaction_rate.weighted',                 'survey_dissatisfied',           3,  0),
('satisfaction_rate.weighted',                 'survey_answers',                0, 10),
-- own
('opinion_adoption_rate.ratio',                'opinions_adopted',              1,  0),
('opinion_adoption_rate.ratio',                'opinions_received',             0,  1),
('post_staff_change.change',                   'post_staff_after',              1,  0),
('post_staff_change.change',                   'post_staff_before',            -1,  1),
('appraisal_weight_sum.sum',                   'appraisal_weight_sum',          1,  0);
-- 支付进度率 = 实际支付进度 ÷ 既定支付进度; 实际支付进度 = 执行总数 ÷ 支出预算数
INSERT INTO rate VALUES
('payment_progress_rate.ministry',             'paid_to_date',                  1,  0,  0),
('payment_progress_rate.ministry',             'budget_adjusted',               0,  1,  0),
('payment_progress_rate.ministry',             'planned_progress',              0,  0,  1);

-- 2. What an auditor knows of the figures. kind: whole (not split); split (the whole is the sum of its items);
--    categories (split, the categories do not make a whole); list (named items); groups (a sum of what is named group.x).
--    family: figures that are split alike. back: years before the audited year. adds: units add up to the department.
CREATE TABLE known (figure TEXT PRIMARY KEY, source TEXT, back INTEGER, family TEXT, kind TEXT, adds INTEGER);
INSERT INTO known VALUES
('budget_initial',               'budget_initial',      0, 'budget',       'split', 1),
('budget_added',                 'budget_added',        0, 'budget',       'split', 1),
('budget_cut',                   'budget_cut',          0, 'budget',       'split', 1),
('budget_adjusted',              'budget_adjusted',     0, 'budget',       'split', 1),
('budget_spent',                 'budget_spent',        0, 'budget',       'split', 1),
('carry_over',                   'carry_over',          0, 'carry_over',   'whole', 1),
('carry_over_previous',          'carry_over',          1, 'carry_over-1', 'whole', 1),
('surplus',                      'surplus',             0, 'surplus',      'whole', 1),
('budget_moved',                 'budget_moved',        0, 'moved',        'whole', 1),
('adjustment_exempt',            'adjustment_exempt',   0, 'exempt',       'whole', 1),
('funds_received',               'funds_received',      0, 'received',     'whole', 1),
('spent_from_prior',             'spent_from_prior',    0, 'from_prior',   'whole', 1),
('key_project_budget',           'key_project_budget',  0, 'key_projects', 'whole', 1),
('project_budget',               'project_budget',      0, 'projects',     'whole', 1),
('paid_to_date',                 'paid_to_date',        0, 'paid',         'whole', 1),
('planned_progress',             'planned_progress',    0, 'progress',     'whole', 0),
('special_funds_late',           'special_funds_late',  0, 'late',         'whole', 1),
('three_public_budget',          'three_public_budget', 0, 'public',       'split', 1),
('three_public_actual',          'three_public_actual', 0, 'public',       'split', 1),
('three_public_budget_previous', 'three_public_budget', 1, 'public-1',     'split', 1),
('three_public_actual_previous', 'three_public_actual', 1, 'public-1',     'split', 1),
('public_funds_budget',          'public_funds_budget', 0, 'public_funds', 'whole', 1),
('public_funds_actual',          'public_funds_actual', 0, 'public_funds', 'whole', 1),
('procurement_budget',           'procurement_budget',  0, 'procurement',  'split', 1),
('procurement_actual',           'procurement_actual',  0, 'procurement',  'split', 1),
('staff_funds_actual',           'staff_funds_actual',  0, 'staff_funds',  'whole', 1),
('project_spent',                'project_spent',       0, 'project_spent', 'whole', 1),
-- split by 科目, of which no table lists all
('general_budget_initial',       'general_budget_initial', 0, 'general_budget', 'split', 1),
('general_budget_spent',         'general_budget_spent', 0, 'general_budget', 'split', 1),
('general_budget_change',        'general_budget_change', 0, 'general_change', 'whole', 1),
('accounts_total',               'accounts_total',      0, 'total',        'whole', 1),
('accounts_total_change',        'accounts_total_change', 0, 'total_change', 'whole', 1),
('running_cost_actual',          'running_cost_actual', 0, 'running',      'whole', 1),
('running_cost_change',          'running_cost_change', 0, 'running_change', 'whole', 1),
('assets_total',                 'assets_total',        0, 'assets',       'whole', 1),
('assets_in_use',                'assets_in_use',       0, 'in_use',       'whole', 1),
('staff_quota',                  'staff_quota',         0, 'staff',        'categories', 1),
('staff_actual',                 'staff_actual',        0, 'staff',        'categories', 1),
('tasks_planned',                'tasks_planned',       0, 'tasks',        'whole', 1),
('tasks_done',                   'tasks_done',          0, 'tasks',        'whole', 1),
('tasks_on_time',                'tasks_on_time',       0, 'on_time',      'whole', 1),
('tasks_quality_met',            'tasks_quality_met',   0, 'quality',      'whole', 1),
('key_tasks_assigned',           'key_tasks_assigned',  0, 'assigned',     'whole', 1),
('key_tasks_done',               'key_tasks_done',      0, 'key_done',     'whole', 1),
('survey_valid',                 'survey_valid',        0, 'valid',        'whole', 1),
('survey_satisfied',             'survey_satisfied',    0, 'satisfied',    'whole', 1),
('survey_answers',               'survey_answers',      0, 'answers',      'split', 1),
('opinions_received',            'opinions_received',   0, 'opinions',     'list', 0),
('opinions_adopted',             'opinions_adopted',    0, 'opinions',     'list', 0),
('post_staff_before',            'post_staff_before',   0, 'posts',        'list', 0),
('post_staff_after',             'post_staff_after',    0, 'posts',        'list', 0),
('objective_target',             'objective_target',    0, 'objectives',   'list', 0),
('objective_actual',             'objective_actual',    0, 'objectives',   'list', 0),
('appraisal_weight_sum',         'appraisal_weight',    0, 'weights',      'groups', 0),
('objectives_planned',           'objectives_planned',  0, 'o_planned',    'whole', 0),
('objectives_claimed',           'objectives_claimed',  0, 'o_claimed',    'whole', 0),
('objectives_proven',            'objectives_proven',   0, 'o_proven',     'whole', 0),
('objectives_possible',          'objectives_possible', 0, 'o_possible',   'whole', 0);

-- How many items there are, where the tables of the ministry list them: nothing can be left out then.
CREATE TABLE listed (family TEXT PRIMARY KEY, items INTEGER);
INSERT INTO listed VALUES ('budget', 2), ('public', 4), ('public-1', 4), ('procurement', 3), ('answers', 5), ('staff', 4);

-- Sums over named items. 编外用工 has no establishment by law.
CREATE TABLE summed (figure TEXT, of TEXT, item TEXT, PRIMARY KEY (figure, item));
INSERT INTO summed VALUES
('staff_quota_established',  'staff_quota',  'civil_servant'), ('staff_quota_established',  'staff_quota',  'attached'),
('staff_quota_established',  'staff_quota',  'institution'),
('staff_actual_established', 'staff_actual', 'civil_servant'), ('staff_actual_established', 'staff_actual', 'attached'),
('staff_actual_established', 'staff_actual', 'institution'),
('staff_quota_all',  'staff_quota',  'civil_servant'), ('staff_quota_all',  'staff_quota',  'attached'),
('staff_quota_all',  'staff_quota',  'institution'),   ('staff_quota_all',  'staff_quota',  'contract'),
('staff_actual_all', 'staff_actual', 'civil_servant'), ('staff_actual_all', 'staff_actual', 'attached'),
('staff_actual_all', 'staff_actual', 'institution'),   ('staff_actual_all', 'staff_actual', 'contract'),
('staff_actual_contract',   'staff_actual',   'contract'),
('survey_very_satisfied',   'survey_answers', 'very_satisfied'),
('survey_rather_satisfied', 'survey_answers', 'satisfied'),
('survey_neutral',          'survey_answers', 'neutral'),
('survey_dissatisfied',     'survey_answers', 'dissatisfied');

-- 3. Published texts as integers: the digits without the point, times a power of ten. Never a floating number.
CREATE TABLE held (unit TEXT PRIMARY KEY, tens INTEGER);
INSERT INTO held VALUES ('元', 0), ('千元', 3), ('万元', 4), ('百万元', 6), ('亿元', 8), ('%', -2);
CREATE TABLE power (exponent INTEGER PRIMARY KEY, times INTEGER);
INSERT INTO power VALUES (0, 1), (1, 10), (2, 100), (3, 1000), (4, 10000), (5, 100000), (6, 1000000), (7, 10000000),
    (8, 100000000), (9, 1000000000), (10, 10000000000), (11, 100000000000), (12, 1000000000000),
    (13, 10000000000000), (14, 100000000000000);

CREATE TABLE amount AS
SELECT e.c, k.figure, k.family, k.kind, e.scope, e.item, e.state,
       CASE WHEN e.state IN ('value', 'zero') THEN CAST(REPLACE(e.value, '.', '') AS INTEGER) * p.times END AS n,
       -- what rounding may hide: half of the last published place
       CASE WHEN e.state = 'value' AND e.precision NOT IN ('', 'exact')
            THEN CAST(REPLACE(e.precision, '.', '') AS INTEGER) * r.times / 2 ELSE 0 END AS half
FROM evidence e
JOIN audited a ON a.c = e.c
JOIN known k ON k.source = e.figure AND e.year = a.year - k.back
LEFT JOIN held h ON h.unit = e.unit
LEFT JOIN power p ON p.exponent = 6 + COALESCE(h.tens, 0)
     - CASE INSTR(e.value, '.') WHEN 0 THEN 0 ELSE LENGTH(e.value) - INSTR(e.value, '.') END
LEFT JOIN power r ON r.exponent = 6 + COALESCE(h.tens, 0)
     - CASE INSTR(e.precision, '.') WHEN 0 THEN 0 ELSE LENGTH(e.precision) - INSTR(e.precision, '.') END
WHERE e.chosen = 'yes';
CREATE UNIQUE INDEX amount_key ON amount (c, figure, scope, item);

-- 4. Adding up: what does not apply is left out, anything missing makes the sum missing.
--    has: the items that a family speaks of in a scope, so that an item which a sister figure has is missing, not zero.
CREATE TABLE has AS SELECT DISTINCT c, family, kind, scope, item FROM amount;
CREATE INDEX has_key ON has (c, family, scope, item);

CREATE TABLE unit_item AS
SELECT h.c, k.figure, k.family, k.kind, h.scope, h.item, COALESCE(a.state, 'missing') AS state, a.n
FROM has h
JOIN unit u ON u.c = h.c AND u.unit = h.scope
JOIN known k ON k.family = h.family AND k.kind IN ('split', 'categories')
LEFT JOIN amount a ON a.c = h.c AND a.figure = k.figure AND a.scope = h.scope AND a.item = h.item
WHERE h.item <> '';
CREATE UNIQUE INDEX unit_item_key ON unit_item (c, figure, scope, item);

-- A whole that is published and more (or less) than its own published items: something in it is named by nobody, so that
-- the items of its sisters may lack something too. Categories make no whole: there it is enough that there are some.
CREATE TABLE unit_gap AS
SELECT DISTINCT w.c, w.family, w.scope
FROM amount w
JOIN unit u ON u.c = w.c AND u.unit = w.scope
LEFT JOIN (
    SELECT c, figure, scope, SUM(n) AS n, SUM(half) AS half, SUM(state = 'missing') AS unknown
    FROM amount WHERE item <> '' GROUP BY c, figure, scope
) s ON s.c = w.c AND s.figure = w.figure AND s.scope = w.scope
WHERE w.item = '' AND w.state = 'value'
  AND CASE w.kind WHEN 'categories' THEN s.c IS NULL
      WHEN 'split' THEN s.c IS NULL OR s.unknown OR s.n IS NULL OR ABS(w.n - s.n) > w.half + s.half END;

-- The units whose rows name items: all that the tables list, or at least nothing speaks against their being all.
CREATE TABLE unit_names AS
SELECT h.c, h.family, h.scope, COUNT(*) = COALESCE(l.items, 0) AS every_item,
       COUNT(*) = COALESCE(l.items, 0)
       OR NOT EXISTS (SELECT 1 FROM unit_gap g WHERE g.c = h.c AND g.family = h.family AND g.scope = h.scope) AS all_there
FROM has h JOIN unit u ON u.c = h.c AND u.unit = h.scope LEFT JOIN listed l ON l.family = h.family
WHERE h.item <> '' AND h.kind IN ('split', 'categories') GROUP BY h.c, h.family, h.scope;
CREATE UNIQUE INDEX unit_names_key ON unit_names (c, family, scope);

-- The whole of a unit: as published, else its items, where these are known to be all.
CREATE TABLE unit_whole AS
SELECT u.c, k.figure, k.family, u.unit AS scope, a.state IS NOT NULL AS published, COALESCE(t.every_item, 0) AS every_item,
       CASE WHEN a.state IS NOT NULL THEN a.state WHEN t.all_there THEN COALESCE(s.state, 'missing')
            ELSE 'missing' END AS state,
       CASE WHEN a.state IS NOT NULL THEN a.n WHEN t.all_there THEN s.n END AS n
FROM unit u
JOIN known k ON k.kind IN ('whole', 'split', 'categories')
LEFT JOIN amount a ON a.c = u.c AND a.figure = k.figure AND a.scope = u.unit AND a.item = ''
LEFT JOIN unit_names t ON t.c = u.c AND t.family = k.family AND t.scope = u.unit
LEFT JOIN (
    SELECT c, figure, scope, SUM(n) AS n,
           CASE WHEN SUM(state = 'missing') THEN 'missing' WHEN SUM(state <> 'not_applicable') THEN 'value'
                ELSE 'not_applicable' END AS state
    FROM unit_item WHERE kind = 'split' GROUP BY c, figure, scope
) s ON s.c = u.c AND s.figure = k.figure AND s.scope = u.unit;
CREATE UNIQUE INDEX unit_whole_key ON unit_whole (c, figure, scope);

CREATE TABLE unit_sum AS
SELECT i.c, s.figure, i.scope, SUM(i.n) AS n,
       CASE WHEN SUM(i.state = 'missing') THEN 'missing' WHEN SUM(i.state <> 'not_applicable') THEN 'value'
            ELSE 'not_applicable' END AS state
FROM unit_item i JOIN summed s ON s.of = i.figure AND s.item = i.item
GROUP BY i.c, s.figure, i.scope;
CREATE UNIQUE INDEX unit_sum_key ON unit_sum (c, figure, scope);

-- An item of the department, wherever it is named: as the department publishes it, else over the units. A unit that does
-- not name it has none of it if the items that it names are all, or if its whole is nothing; else nobody can tell.
CREATE TABLE department_item AS
WITH asked AS (SELECT DISTINCT c, family, item FROM has WHERE item <> '' AND kind IN ('split', 'categories')),
over_units AS (
    SELECT q.c, k.figure, q.item, SUM(i.n) AS n, SUM(a.half) AS half,
           CASE WHEN SUM(COALESCE(i.state, 'missing') = 'missing') THEN 'missing'
                WHEN SUM(i.state <> 'not_applicable') THEN 'value' ELSE 'not_applicable' END AS state
    FROM asked q
    JOIN known k ON k.family = q.family
    JOIN unit u ON u.c = q.c
    LEFT JOIN unit_item i ON i.c = q.c AND i.figure = k.figure AND i.scope = u.unit AND i.item = q.item
    LEFT JOIN amount a ON a.c = q.c AND a.figure = k.figure AND a.scope = u.unit AND a.item = q.item
    LEFT JOIN unit_names t ON t.c = q.c AND t.family = q.family AND t.scope = u.unit
    LEFT JOIN amount w ON w.c = q.c AND w.figure = k.figure AND w.scope = u.unit AND w.item = ''
    WHERE i.state IS NOT NULL OR NOT (COALESCE(t.all_there, 0) OR COALESCE(w.state, '') IN ('zero', 'not_applicable'))
    GROUP BY q.c, k.figure, q.item
), within AS (
    -- 科目 are nested: 201 is the sum of its 201.06.01 and so on where it has no row itself
    SELECT q.c, a.figure, q.item, SUM(a.n) AS n, SUM(a.half) AS half,
           CASE WHEN SUM(a.state = 'missing') THEN 'missing' WHEN SUM(a.state <> 'not_applicable') THEN 'value'
                ELSE 'not_applicable' END AS state
    FROM asked q
    JOIN amount a ON a.c = q.c AND a.family = q.family AND a.kind = 'split' AND a.scope = 'department'
     AND SUBSTR(a.item, 1, LENGTH(q.item) + 1) = q.item || '.'
    WHERE NOT EXISTS (
        SELECT 1 FROM amount u
        WHERE u.c = a.c AND u.figure = a.figure AND u.scope = a.scope
          AND SUBSTR(u.item, 1, LENGTH(q.item) + 1) = q.item || '.'
          AND SUBSTR(a.item, 1, LENGTH(u.item) + 1) = u.item || '.'
    )
    GROUP BY q.c, a.figure, q.item
)
SELECT q.c, k.figure, k.family, k.kind, q.item, COALESCE(a.state, t.state, o.state, 'missing') AS state,
       CASE WHEN a.state IS NOT NULL THEN a.n WHEN t.state IS NOT NULL THEN t.n ELSE o.n END AS n,
       CASE WHEN a.state IS NOT NULL THEN a.half WHEN t.state IS NOT NULL THEN t.half ELSE o.half END AS half
FROM asked q
JOIN known k ON k.family = q.family
LEFT JOIN amount a ON a.c = q.c AND a.figure = k.figure AND a.scope = 'department' AND a.item = q.item
LEFT JOIN within t ON t.c = q.c AND t.figure = k.figure AND t.item = q.item
LEFT JOIN over_units o ON o.c = q.c AND o.figure = k.figure AND o.item = q.item;
CREATE UNIQUE INDEX department_item_key ON department_item (c, figure, item);

-- The items that a figure itself has: an item of a unit is one of the department, if units add up to it.
CREATE TABLE own AS
SELECT DISTINCT c, figure, scope,
       CASE WHEN kind = 'groups' AND INSTR(item, '.') THEN SUBSTR(item, 1, INSTR(item, '.') - 1) ELSE item END AS item
FROM amount WHERE item <> ''
UNION
SELECT a.c, a.figure, 'department', a.item
FROM amount a JOIN known k ON k.figure = a.figure AND k.adds JOIN unit u ON u.c = a.c AND u.unit = a.scope
WHERE a.item <> '';
CREATE INDEX own_key ON own (c, figure, scope, item);

-- The same gap at the department: its published whole against its items, its own or those of its units.
CREATE TABLE department_gap AS
SELECT DISTINCT w.c, w.family
FROM amount w
LEFT JOIN (
    SELECT i.c, i.figure, SUM(i.n) AS n, SUM(i.half) AS half, SUM(i.state = 'missing') AS unknown
    FROM department_item i JOIN own o ON o.c = i.c AND o.figure = i.figure AND o.scope = 'department' AND o.item = i.item
    GROUP BY i.c, i.figure
) s ON s.c = w.c AND s.figure = w.figure
WHERE w.scope = 'department' AND w.item = '' AND w.state = 'value' AND w.kind = 'split'
  AND (s.c IS NULL OR s.unknown OR s.n IS NULL OR ABS(w.n - s.n) > w.half + s.half);

-- The whole department: as published; else, where it names items itself, over all items named by it or its units; else
-- over the units. With a gap, items add up to the whole only where every item of the list is there (at the department or
-- in each unit), and a unit counts only as it published its whole, or with every item.
CREATE TABLE department_whole AS
WITH every_unit AS (
    SELECT h.c, h.family, h.item FROM has h JOIN unit u ON u.c = h.c AND u.unit = h.scope
    GROUP BY h.c, h.family, h.item HAVING COUNT(*) = (SELECT COUNT(*) FROM unit n WHERE n.c = h.c)
), sure AS (
    SELECT x.c, x.family, COUNT(*) AS items
    FROM (SELECT c, family, item FROM has WHERE scope = 'department' UNION SELECT c, family, item FROM every_unit) x
    WHERE x.item <> '' GROUP BY x.c, x.family
), from_items AS (
    SELECT i.c, i.figure, i.family, SUM(i.n) AS n,
           CASE WHEN SUM(i.state = 'missing') THEN 'missing' WHEN SUM(i.state <> 'not_applicable') THEN 'value'
                ELSE 'not_applicable' END AS state
    FROM department_item i
    WHERE i.kind = 'split' AND EXISTS (
        SELECT 1 FROM has h WHERE h.c = i.c AND h.family = i.family AND h.scope = 'department' AND h.item <> ''
    )
    GROUP BY i.c, i.figure, i.family
), items_if_all AS (
    SELECT i.c, i.figure, i.n, CASE WHEN g.c IS NULL OR s.items = l.items THEN i.state ELSE 'missing' END AS state
    FROM from_items i
    LEFT JOIN department_gap g ON g.c = i.c AND g.family = i.family
    LEFT JOIN sure s ON s.c = i.c AND s.family = i.family
    LEFT JOIN listed l ON l.family = i.family
), from_units AS (
    SELECT w.c, w.figure, SUM(w.n) AS n,
           CASE WHEN SUM(w.state = 'missing' OR (g.c IS NOT NULL AND NOT w.published AND NOT w.every_item)) THEN 'missing'
                WHEN SUM(w.state <> 'not_applicable') THEN 'value' ELSE 'not_applicable' END AS state
    FROM unit_whole w
    JOIN known k ON k.figure = w.figure AND k.adds
    LEFT JOIN department_gap g ON g.c = w.c AND g.family = w.family
    GROUP BY w.c, w.figure
)
SELECT d.c, k.figure, COALESCE(a.state, i.state, u.state, 'missing') AS state,
       CASE WHEN a.state IS NOT NULL THEN a.n WHEN i.state IS NOT NULL THEN i.n ELSE u.n END AS n
FROM audited d
JOIN known k ON k.kind IN ('whole', 'split', 'categories')
LEFT JOIN amount a ON a.c = d.c AND a.figure = k.figure AND a.scope = 'department' AND a.item = ''
LEFT JOIN items_if_all i ON i.c = d.c AND i.figure = k.figure
LEFT JOIN from_units u ON u.c = d.c AND u.figure = k.figure;

-- Sums over named items of the department: over those that it or any of its units names.
CREATE TABLE department_sum AS
SELECT d.c, f.figure, COALESCE(i.state, 'missing') AS state, i.n
FROM audited d
JOIN (SELECT DISTINCT figure FROM summed) f
LEFT JOIN (
    SELECT i.c, s.figure, SUM(i.n) AS n,
           CASE WHEN SUM(i.state = 'missing') THEN 'missing' WHEN SUM(i.state <> 'not_applicable') THEN 'value'
                ELSE 'not_applicable' END AS state
    FROM department_item i JOIN summed s ON s.of = i.figure AND s.item = i.item GROUP BY i.c, s.figure
) i ON i.c = d.c AND i.figure = f.figure;

-- Named items: as published, else the sum of what is named item.x; what is named item.x.y is part of item.x, and counts
-- only where item.x has no row. A group is what stands before the first point.
CREATE TABLE list_item AS
WITH asked AS (
    SELECT DISTINCT c, family, scope,
           CASE WHEN kind = 'groups' AND INSTR(item, '.') THEN SUBSTR(item, 1, INSTR(item, '.') - 1) ELSE item END AS item
    FROM has WHERE kind IN ('list', 'groups') AND item <> ''
), nested AS (
    SELECT q.c, a.figure, q.scope, q.item, SUM(a.n) AS n,
           CASE WHEN SUM(a.state = 'missing') THEN 'missing' WHEN SUM(a.state <> 'not_applicable') THEN 'value'
                ELSE 'not_applicable' END AS state
    FROM asked q
    JOIN amount a ON a.c = q.c AND a.family = q.family AND a.scope = q.scope
     AND SUBSTR(a.item, 1, LENGTH(q.item) + 1) = q.item || '.'
    WHERE NOT EXISTS (
        SELECT 1 FROM amount b
        WHERE b.c = a.c AND b.figure = a.figure AND b.scope = a.scope
          AND SUBSTR(b.item, 1, LENGTH(q.item) + 1) = q.item || '.'
          AND SUBSTR(a.item, 1, LENGTH(b.item) + 1) = b.item || '.'
    )
    GROUP BY q.c, a.figure, q.scope, q.item
)
SELECT q.c, k.figure, q.scope, q.item, COALESCE(a.state, t.state, 'missing') AS state,
       CASE WHEN a.state IS NULL THEN t.n ELSE a.n END AS n
FROM asked q
JOIN known k ON k.family = q.family
LEFT JOIN amount a ON a.c = q.c AND a.figure = k.figure AND a.scope = q.scope AND a.item = q.item
LEFT JOIN nested t ON t.c = q.c AND t.figure = k.figure AND t.scope = q.scope AND t.item = q.item;

CREATE TABLE answer AS
SELECT c, figure, scope, item, state, n FROM unit_item
UNION ALL SELECT c, figure, scope, '', state, n FROM unit_whole
UNION ALL SELECT c, figure, scope, '', state, n FROM unit_sum
UNION ALL SELECT c, figure, 'department', item, state, n FROM department_item
UNION ALL SELECT c, figure, 'department', '', state, n FROM department_whole
UNION ALL SELECT c, figure, 'department', '', state, n FROM department_sum
UNION ALL SELECT c, figure, scope, item, state, n FROM list_item
UNION ALL SELECT c, figure, scope, item, state, n FROM amount WHERE kind = 'list' AND item = '';
CREATE UNIQUE INDEX answer_key ON answer (c, figure, scope, item);

-- 5. Where a rate is asked for: the department, and each unit that has a row of one of its figures; at each item that
--    one of them has, but only at the whole where one of them has no items (a whole over a part would be no rate).
CREATE TABLE source_of AS
SELECT r.rate, r.figure, COALESCE(s.of, r.figure) AS source, CASE WHEN s.of IS NULL THEN k.kind ELSE 'whole' END AS kind
FROM rate r
LEFT JOIN (SELECT DISTINCT figure, of FROM summed) s ON s.figure = r.figure
LEFT JOIN known k ON k.figure = r.figure;

CREATE TABLE asked AS
WITH scoped AS (
    SELECT d.c, r.rate, 'department' AS scope FROM audited d JOIN (SELECT DISTINCT rate FROM rate) r
    UNION
    SELECT a.c, f.rate, a.scope FROM amount a JOIN source_of f ON f.source = a.figure
    JOIN unit u ON u.c = a.c AND u.unit = a.scope
)
SELECT s.c, s.rate, s.scope, f.figure, f.kind,
       EXISTS (SELECT 1 FROM own o WHERE o.c = s.c AND o.figure = f.figure AND o.scope = s.scope) AS has_items,
       EXISTS (SELECT 1 FROM amount a WHERE a.c = s.c AND a.figure = f.figure AND a.scope = s.scope AND a.item = ''
               AND a.kind <> 'groups') AS has_whole
FROM scoped s JOIN source_of f ON f.rate = s.rate;

CREATE TABLE place AS
WITH only_whole AS (
    SELECT c, rate, scope, MAX(kind = 'whole' OR (NOT has_items AND (kind = 'split' OR has_whole))) AS so
    FROM asked GROUP BY c, rate, scope
), listed AS (
    SELECT q.c, q.rate, q.scope, o.item FROM asked q
    JOIN own o ON o.c = q.c AND o.figure = q.figure AND o.scope = q.scope
    UNION
    SELECT c, rate, scope, '' FROM asked WHERE kind = 'split' OR has_whole
)
SELECT w.c, w.rate, w.scope, COALESCE(l.item, '') AS item
FROM only_whole w LEFT JOIN listed l ON NOT w.so AND l.c = w.c AND l.rate = w.rate AND l.scope = w.scope;

-- 6. The rates: two or three integers each, and what may be said of them.
CREATE TABLE rate_found AS
SELECT f.*,
       CASE WHEN f.missing THEN 'not_assessable' WHEN f.not_applicable THEN 'not_applicable'
            WHEN f.below = 0 OR f.per = 0 THEN 'undefined' ELSE 'computed' END AS status
FROM (
    SELECT p.c, p.rate, p.scope, p.item,
           SUM(COALESCE(a.state, 'missing') = 'missing') AS missing, SUM(a.state = 'not_applicable') AS not_applicable,
           SUM(r.above * a.n) AS above,
           CASE WHEN MAX(r.below <> 0) THEN SUM(r.below * a.n) ELSE 1000000 END AS below,
           SUM(CASE WHEN r.per THEN a.n END) AS per, MAX(1, MAX(r.below)) AS share
    FROM place p
    JOIN rate r ON r.rate = p.rate
    LEFT JOIN answer a ON a.c = p.c AND a.figure = r.figure AND a.scope = p.scope AND a.item = p.item
    GROUP BY p.c, p.rate, p.scope, p.item
) f;
