INSERT INTO plan_milestones VALUES ('M16', '专项验收', 5), ('M17', '备案', 6), ('M21', '接管', 7);
INSERT INTO plan_units VALUES ('区财政局', 'department', true, 6), ('区商务局', 'department', false, 7);
INSERT INTO plan_tasks VALUES
    ('ZJ2', '全过程管理', '区住房城乡建设局', 'acceptance', 6), ('CZ2', '筹集资金', '区财政局', 'funds', 7), ('CZ3', '绩效评价', '区财政局', 'evaluation', 8),
    ('ZR1', '用地政策', '区财政局', 'land', 9), ('SU1', '不动产登记', '区商务局', 'registration', 10), ('JD2', '定期汇报', '各街道办事处', 'reporting', 11),
    ('JD4', '拨付确认', '各街道办事处', 'confirmation', 12);
INSERT INTO plan_concerns VALUES ('ZJ2', 'M13'), ('ZJ2', 'M14'), ('SW2', 'M16'), ('SW2', 'M21'), ('SU1', 'M17');
