INSERT INTO plan_rules VALUES (7, 2020, 'M15');
INSERT INTO plan_targets (batch, role, date) VALUES (2020, 'commence', '2020-06-30'), (2020, 'complete', '2021-08-31');
INSERT INTO plan_streets (street, position) VALUES ('大观园街道', 0), ('杆石桥街道', 1), ('四里村街道', 2), ('魏家庄街道', 3);
INSERT INTO plan_categories (category, position) VALUES ('基础改造类', 0), ('完善改造类', 1), ('提升改造类', 2);
INSERT INTO plan_items VALUES
    ('BP01', '小区道路', '基础改造类', '公共设施', '区住房城乡建设局', 0), ('BP04', '消防设施', '基础改造类', '公共设施', '区住房城乡建设局', 1),
    ('BS01', '供水', '基础改造类', '专业设施', '济南水务集团', 2), ('W12', '加装电梯', '完善改造类', '', '', 3),
    ('T01', '养老服务', '提升改造类', '', '区民政局', 4), ('T02', '便民市场', '提升改造类', '', '', 5);
INSERT INTO plan_milestones VALUES
    ('M02', '入库', 0), ('M13', '开工', 1), ('M14', '完工', 2), ('M15', '竣工验收', 3), ('M18', '综合验收', 4);
INSERT INTO plan_required VALUES ('progress'), ('milestones');
INSERT INTO plan_boxes VALUES
    ('大观园街道', 116.98, 36.65, 117.00, 36.67), ('杆石桥街道', 116.98, 36.64, 117.01, 36.66), ('四里村街道', 116.97, 36.62, 117.00, 36.64);
INSERT INTO plan_orders VALUES ('M14', 'M13'), ('M15', 'M14'), ('M18', 'M15'), ('BP01', 'BS01');
INSERT INTO plan_sources VALUES ('中央财政补助', 0), ('区级资金', 1), ('居民出资', 2);
INSERT INTO plan_modes VALUES ('大片区统筹平衡模式', 0), ('小区内自求平衡模式', 1);
