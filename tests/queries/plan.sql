INSERT INTO plan_rules VALUES (7, 2020, 'M15', '2020-07-30', '2005-12-31', '2000-12-31', '2025-12-31', '国有', 9, 30);
INSERT INTO plan_targets (batch, role, date) VALUES (2020, 'commence', '2020-06-30'), (2020, 'complete', '2021-08-31');
INSERT INTO plan_streets (street, position) VALUES ('大观园街道', 0), ('杆石桥街道', 1), ('四里村街道', 2), ('魏家庄街道', 3);
INSERT INTO plan_categories (category, position) VALUES ('基础改造类', 0), ('完善改造类', 1), ('提升改造类', 2);
INSERT INTO plan_items VALUES
    ('BP01', '小区道路', '基础改造类', '公共设施', '区住房城乡建设局', '', false, 0),
    ('BP04', '消防设施', '基础改造类', '公共设施', '区住房城乡建设局', '市中消防救援大队', false, 1),
    ('BS01', '供水', '基础改造类', '专业设施', '济南水务集团', '', true, 2), ('W12', '加装电梯', '完善改造类', '', '', '', false, 3),
    ('T01', '养老服务', '提升改造类', '', '区民政局', '', true, 4), ('T02', '便民市场', '提升改造类', '', '', '', true, 5);
INSERT INTO plan_milestones VALUES
    ('M02', '入库', 0), ('M13', '开工', 1), ('M14', '完工', 2), ('M15', '竣工验收', 3), ('M18', '综合验收', 4);
INSERT INTO plan_required VALUES ('progress'), ('milestones');
INSERT INTO plan_boxes VALUES
    ('大观园街道', 116.98, 36.65, 117.00, 36.67), ('杆石桥街道', 116.98, 36.64, 117.01, 36.66), ('四里村街道', 116.97, 36.62, 117.00, 36.64);
INSERT INTO plan_orders VALUES ('M14', 'M13'), ('M15', 'M14'), ('M18', 'M15'), ('BP01', 'BS01');
INSERT INTO plan_sources VALUES ('中央财政补助', 0), ('区级资金', 1), ('居民出资', 2);
INSERT INTO plan_modes VALUES ('大片区统筹平衡模式', true, 0), ('小区内自求平衡模式', false, 1);
INSERT INTO plan_units VALUES
    ('区住房城乡建设局', 'department', true, 0), ('区民政局', 'department', true, 1), ('区教育和体育局', 'department', true, 2),
    ('济南水务集团', 'utility', false, 3), ('市中消防救援大队', 'department', false, 4), ('各街道办事处', 'street_offices', true, 5);
INSERT INTO plan_tasks VALUES
    ('ZJ3', '牵头摸底', '区住房城乡建设局', 'survey', 0), ('ZJ4', '起草年度方案', '区住房城乡建设局', 'annual', 1),
    ('MZ1', '指导征求民意', '区民政局', 'consultation', 2), ('SW2', '供水专项', '济南水务集团', '', 3),
    ('JD1', '摸底征询建库', '各街道办事处', 'survey', 4), ('JD3', '推进物业全覆盖', '各街道办事处', 'property', 5);
INSERT INTO plan_documents VALUES
    ('ZJ4-D', '年度实施方案', '区住房城乡建设局', 'ZJ4', 'other', 0), ('SW2-P', '供水专项方案', '济南水务集团', 'SW2', 'special', 1),
    ('SW2-5', '供水五年规划', '济南水务集团', 'SW2', 'five_year', 2), ('JD1-5', '五年改造计划', '各街道办事处', 'JD1', 'five_year', 3);
INSERT INTO plan_concerns VALUES ('MZ1', 'T01'), ('SW2', 'BS01'), ('SW2-P', 'BS01'), ('SW2-5', 'BS01'), ('ZJ3', 'M02');
INSERT INTO plan_reasons VALUES
    ('资金', '资金', 0), ('资金', '资金不足', 0), ('专营单位未进场', '专营单位未进场', 1), ('专营单位未进场', '未进场', 1), ('天气疫情', '天气疫情', 2), ('天气疫情', '天气', 2);
INSERT INTO plan_calendar VALUES ('2020-12-10', '2021-02-28', 0.5), ('2021-02-05', '2021-02-18', 0);
INSERT INTO plan_lights VALUES ('district', 'project', true, 0), ('months', 'project', false, 1), ('schedule', 'street', false, 2), ('caught', 'street', false, 3);
INSERT INTO plan_light_tests VALUES
    ('district', 'red', 'days_late', false, 30, 0), ('district', 'amber', 'days_late', false, 1, 1), ('district', 'amber', 'unreported', false, 1, 2),
    ('district', 'amber', 'forecast_late', false, 1, 3), ('months', 'red', 'months_late', false, 3, 4), ('months', 'amber', 'months_late', false, 0, 5),
    ('schedule', 'red', 'percent_below', true, 50, 6), ('schedule', 'red', 'months_below', false, 2, 7), ('schedule', 'amber', 'points_behind', false, 10, 8),
    ('caught', 'red', 'overdue', false, 1, 9), ('caught', 'amber', 'caught_up', false, 1, 10);
