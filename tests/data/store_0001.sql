BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	who VARCHAR(64) NOT NULL, 
	act VARCHAR(24) NOT NULL, 
	subject VARCHAR(24) NOT NULL, 
	subject_id INTEGER, 
	change TEXT DEFAULT '{}' NOT NULL
);
INSERT INTO "audit" VALUES(1,'2018-12-01 08:00:00.000000','pemilik laptop ini','import','batch',1,'{}');
CREATE TABLE batch (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	token VARCHAR(32) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	mapping VARCHAR(40) DEFAULT '' NOT NULL, 
	by_hand BOOLEAN DEFAULT '0' NOT NULL, 
	made_at DATETIME NOT NULL, 
	made_by VARCHAR(64) NOT NULL, 
	read INTEGER NOT NULL, 
	accepted INTEGER NOT NULL, 
	review INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	duplicates INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	version INTEGER DEFAULT '1' NOT NULL, 
	CONSTRAINT ck_batch_state_listed CHECK ("state" IN ('standing', 'undone')), 
	CONSTRAINT ck_batch_adds_up CHECK (accepted + review + rejected + duplicates = read), 
	CONSTRAINT uq_batch_token UNIQUE (token)
);
INSERT INTO "batch" VALUES(1,'aa','cases','BP3MI',0,'2018-12-01 08:00:00.000000','pemilik laptop ini',3,1,1,1,0,'standing',1);
CREATE TABLE coverage (
	id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	row_number INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	replaced_by INTEGER, 
	version INTEGER DEFAULT '1' NOT NULL, 
	place_status VARCHAR(24) NOT NULL, 
	kode VARCHAR(13) DEFAULT '' NOT NULL, 
	match_by VARCHAR(24) DEFAULT '' NOT NULL, 
	score FLOAT, 
	spelling_id INTEGER, 
	from_on DATE NOT NULL, 
	to_on DATE NOT NULL, 
	source VARCHAR(120) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_coverage PRIMARY KEY (id), 
	CONSTRAINT ck_coverage_match_by_listed CHECK ("match_by" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')), 
	CONSTRAINT ck_coverage_place_status_listed CHECK ("place_status" IN ('matched', 'review', 'outside', 'unknown', 'empty')), 
	CONSTRAINT ck_coverage_state_listed CHECK ("state" IN ('counted', 'withdrawn', 'replaced')), 
	CONSTRAINT ck_coverage_in_order CHECK (to_on >= from_on), 
	CONSTRAINT fk_coverage_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE, 
	CONSTRAINT fk_coverage_replaced_by FOREIGN KEY(replaced_by) REFERENCES batch (id) ON DELETE SET NULL, 
	CONSTRAINT fk_coverage_spelling_id FOREIGN KEY(spelling_id) REFERENCES spelling (id)
);
CREATE TABLE decision (
	id INTEGER NOT NULL, 
	"key" VARCHAR(81) NOT NULL, 
	answer VARCHAR(13) NOT NULL, 
	why VARCHAR(24) NOT NULL, 
	made_at DATETIME NOT NULL, 
	made_by VARCHAR(64) NOT NULL, 
	taken_back_at DATETIME, 
	taken_back_by VARCHAR(64), 
	CONSTRAINT pk_decision PRIMARY KEY (id)
);
CREATE TABLE denominator (
	id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	row_number INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	replaced_by INTEGER, 
	version INTEGER DEFAULT '1' NOT NULL, 
	place_status VARCHAR(24) NOT NULL, 
	kode VARCHAR(13) DEFAULT '' NOT NULL, 
	match_by VARCHAR(24) DEFAULT '' NOT NULL, 
	score FLOAT, 
	spelling_id INTEGER, 
	value FLOAT NOT NULL, 
	label VARCHAR(120) DEFAULT '' NOT NULL, 
	source VARCHAR(120) DEFAULT '' NOT NULL, 
	"on" DATE, 
	CONSTRAINT pk_denominator PRIMARY KEY (id), 
	CONSTRAINT ck_denominator_match_by_listed CHECK ("match_by" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')), 
	CONSTRAINT ck_denominator_place_status_listed CHECK ("place_status" IN ('matched', 'review', 'outside', 'unknown', 'empty')), 
	CONSTRAINT ck_denominator_state_listed CHECK ("state" IN ('counted', 'withdrawn', 'replaced')), 
	CONSTRAINT fk_denominator_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE, 
	CONSTRAINT fk_denominator_replaced_by FOREIGN KEY(replaced_by) REFERENCES batch (id) ON DELETE SET NULL, 
	CONSTRAINT fk_denominator_spelling_id FOREIGN KEY(spelling_id) REFERENCES spelling (id)
);
CREATE TABLE meta (
	name VARCHAR(24) NOT NULL, 
	value VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('generation','0123456789abcdef0123456789abcdef');
INSERT INTO "meta" VALUES('rows','3');
INSERT INTO "meta" VALUES('reports','2');
CREATE TABLE record (
	id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	row_number INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	replaced_by INTEGER, 
	version INTEGER DEFAULT '1' NOT NULL, 
	reported_on DATE, 
	reported_precision VARCHAR(24) NOT NULL, 
	report_no INTEGER NOT NULL, 
	status VARCHAR(24) DEFAULT '' NOT NULL, 
	sex VARCHAR(24) NOT NULL, 
	age_group VARCHAR(24) NOT NULL, 
	persons INTEGER NOT NULL, 
	origin_kode VARCHAR(13) DEFAULT '' NOT NULL, 
	source VARCHAR(120) DEFAULT '' NOT NULL, 
	nik_check VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_record PRIMARY KEY (id), 
	CONSTRAINT ck_record_age_group_listed CHECK ("age_group" IN ('child', 'adult', 'unknown')), 
	CONSTRAINT ck_record_nik_check_listed CHECK ("nik_check" IN ('empty', 'not_possible', 'consistent', 'contradicts_sex', 'contradicts_birth', 'elsewhere')), 
	CONSTRAINT ck_record_reported_precision_listed CHECK ("reported_precision" IN ('day', 'month', 'year')), 
	CONSTRAINT ck_record_sex_listed CHECK ("sex" IN ('female', 'male', 'unknown')), 
	CONSTRAINT ck_record_state_listed CHECK ("state" IN ('counted', 'withdrawn', 'replaced')), 
	CONSTRAINT ck_record_status_listed CHECK ("status" IN ('', 'confirmed', 'suspected', 'prevented', 'deceased')), 
	CONSTRAINT fk_record_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE, 
	CONSTRAINT fk_record_replaced_by FOREIGN KEY(replaced_by) REFERENCES batch (id) ON DELETE SET NULL
);
INSERT INTO "record" VALUES(1,1,2,'counted',NULL,1,'2018-11-16','day',1,'suspected','female','adult',1,'','','empty');
INSERT INTO "record" VALUES(2,1,3,'counted',NULL,1,'2018-11-17','day',1,'suspected','female','adult',2,'','','empty');
CREATE TABLE record_place (
	id INTEGER NOT NULL, 
	record_id INTEGER NOT NULL, 
	role VARCHAR(24) NOT NULL, 
	place_status VARCHAR(24) NOT NULL, 
	kode VARCHAR(13) DEFAULT '' NOT NULL, 
	match_by VARCHAR(24) DEFAULT '' NOT NULL, 
	score FLOAT, 
	spelling_id INTEGER, 
	CONSTRAINT pk_record_place PRIMARY KEY (id), 
	CONSTRAINT ck_record_place_match_by_listed CHECK ("match_by" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')), 
	CONSTRAINT ck_record_place_place_status_listed CHECK ("place_status" IN ('matched', 'review', 'outside', 'unknown', 'empty')), 
	CONSTRAINT ck_record_place_role_listed CHECK ("role" IN ('document', 'residence', 'recruitment', 'transit', 'exploitation')), 
	CONSTRAINT fk_record_place_record_id FOREIGN KEY(record_id) REFERENCES record (id) ON DELETE CASCADE, 
	CONSTRAINT fk_record_place_spelling_id FOREIGN KEY(spelling_id) REFERENCES spelling (id), 
	CONSTRAINT uq_record_place_record_id UNIQUE (record_id, role)
);
INSERT INTO "record_place" VALUES(1,1,'document','matched','53.71.04.1011','name',1.0,NULL);
INSERT INTO "record_place" VALUES(2,2,'document','review','','',0.9,1);
CREATE TABLE rollout_event (
	id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	row_number INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	replaced_by INTEGER, 
	version INTEGER DEFAULT '1' NOT NULL, 
	place_status VARCHAR(24) NOT NULL, 
	kode VARCHAR(13) DEFAULT '' NOT NULL, 
	match_by VARCHAR(24) DEFAULT '' NOT NULL, 
	score FLOAT, 
	spelling_id INTEGER, 
	stage VARCHAR(24) NOT NULL, 
	"on" DATE NOT NULL, 
	on_precision VARCHAR(24) NOT NULL, 
	counted_as VARCHAR(24) NOT NULL, 
	claim VARCHAR(24) NOT NULL, 
	count INTEGER, 
	"of" INTEGER, 
	source VARCHAR(120) NOT NULL, 
	source_on DATE NOT NULL, 
	recorded_on DATE NOT NULL, 
	CONSTRAINT pk_rollout_event PRIMARY KEY (id), 
	CONSTRAINT ck_rollout_event_claim_listed CHECK ("claim" IN ('actual', 'target')), 
	CONSTRAINT ck_rollout_event_counted_as_listed CHECK ("counted_as" IN ('cw', 'gt_tppo', 'tim_anti_trafficking')), 
	CONSTRAINT ck_rollout_event_match_by_listed CHECK ("match_by" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')), 
	CONSTRAINT ck_rollout_event_on_precision_listed CHECK ("on_precision" IN ('day', 'month', 'year')), 
	CONSTRAINT ck_rollout_event_place_status_listed CHECK ("place_status" IN ('matched', 'review', 'outside', 'unknown', 'empty')), 
	CONSTRAINT ck_rollout_event_stage_listed CHECK ("stage" IN ('proposed', 'socialised', 'decree', 'recruited', 'trained', 'active', 'dormant', 'reactivated', 'dissolved')), 
	CONSTRAINT ck_rollout_event_state_listed CHECK ("state" IN ('counted', 'withdrawn', 'replaced')), 
	CONSTRAINT fk_rollout_event_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE, 
	CONSTRAINT fk_rollout_event_replaced_by FOREIGN KEY(replaced_by) REFERENCES batch (id) ON DELETE SET NULL, 
	CONSTRAINT fk_rollout_event_spelling_id FOREIGN KEY(spelling_id) REFERENCES spelling (id)
);
CREATE TABLE spelling (
	id INTEGER NOT NULL, 
	"key" VARCHAR(81) NOT NULL, 
	written VARCHAR(40) NOT NULL, 
	kecamatan VARCHAR(40) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_spelling PRIMARY KEY (id), 
	CONSTRAINT uq_spelling_key UNIQUE ("key")
);
INSERT INTO "spelling" VALUES(1,'oesapa brat|','Oesapa Brat','');
CREATE TABLE watch_report (
	id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	row_number INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	replaced_by INTEGER, 
	version INTEGER DEFAULT '1' NOT NULL, 
	place_status VARCHAR(24) NOT NULL, 
	kode VARCHAR(13) DEFAULT '' NOT NULL, 
	match_by VARCHAR(24) DEFAULT '' NOT NULL, 
	score FLOAT, 
	spelling_id INTEGER, 
	reported_on DATE NOT NULL, 
	kind VARCHAR(24) DEFAULT '' NOT NULL, 
	followed_up VARCHAR(24) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_watch_report PRIMARY KEY (id), 
	CONSTRAINT ck_watch_report_match_by_listed CHECK ("match_by" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')), 
	CONSTRAINT ck_watch_report_place_status_listed CHECK ("place_status" IN ('matched', 'review', 'outside', 'unknown', 'empty')), 
	CONSTRAINT ck_watch_report_state_listed CHECK ("state" IN ('counted', 'withdrawn', 'replaced')), 
	CONSTRAINT fk_watch_report_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE, 
	CONSTRAINT fk_watch_report_replaced_by FOREIGN KEY(replaced_by) REFERENCES batch (id) ON DELETE SET NULL, 
	CONSTRAINT fk_watch_report_spelling_id FOREIGN KEY(spelling_id) REFERENCES spelling (id)
);
CREATE TABLE watcher (
	id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	row_number INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	replaced_by INTEGER, 
	version INTEGER DEFAULT '1' NOT NULL, 
	place_status VARCHAR(24) NOT NULL, 
	kode VARCHAR(13) DEFAULT '' NOT NULL, 
	match_by VARCHAR(24) DEFAULT '' NOT NULL, 
	score FLOAT, 
	spelling_id INTEGER, 
	watcher INTEGER NOT NULL, 
	joined_on DATE NOT NULL, 
	trained_on DATE, 
	left_on DATE, 
	"group" VARCHAR(24) DEFAULT '' NOT NULL, 
	sex VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_watcher PRIMARY KEY (id), 
	CONSTRAINT ck_watcher_match_by_listed CHECK ("match_by" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')), 
	CONSTRAINT ck_watcher_place_status_listed CHECK ("place_status" IN ('matched', 'review', 'outside', 'unknown', 'empty')), 
	CONSTRAINT ck_watcher_sex_listed CHECK ("sex" IN ('female', 'male', 'unknown')), 
	CONSTRAINT ck_watcher_state_listed CHECK ("state" IN ('counted', 'withdrawn', 'replaced')), 
	CONSTRAINT fk_watcher_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE, 
	CONSTRAINT fk_watcher_replaced_by FOREIGN KEY(replaced_by) REFERENCES batch (id) ON DELETE SET NULL, 
	CONSTRAINT fk_watcher_spelling_id FOREIGN KEY(spelling_id) REFERENCES spelling (id)
);
CREATE INDEX ix_audit_subject_id ON audit (subject_id);
CREATE INDEX ix_decision_key ON decision ("key");
CREATE UNIQUE INDEX ix_decision_standing ON decision ("key") WHERE taken_back_at IS NULL;
CREATE INDEX ix_coverage_batch_id ON coverage (batch_id);
CREATE INDEX ix_coverage_replaced_by ON coverage (replaced_by);
CREATE INDEX ix_coverage_spelling_id ON coverage (spelling_id);
CREATE INDEX ix_denominator_batch_id ON denominator (batch_id);
CREATE INDEX ix_denominator_replaced_by ON denominator (replaced_by);
CREATE INDEX ix_denominator_spelling_id ON denominator (spelling_id);
CREATE INDEX ix_record_batch_id ON record (batch_id);
CREATE INDEX ix_record_replaced_by ON record (replaced_by);
CREATE INDEX ix_record_report_no ON record (report_no);
CREATE INDEX ix_record_reported_on ON record (reported_on);
CREATE INDEX ix_rollout_event_batch_id ON rollout_event (batch_id);
CREATE INDEX ix_rollout_event_replaced_by ON rollout_event (replaced_by);
CREATE INDEX ix_rollout_event_spelling_id ON rollout_event (spelling_id);
CREATE INDEX ix_watch_report_batch_id ON watch_report (batch_id);
CREATE INDEX ix_watch_report_replaced_by ON watch_report (replaced_by);
CREATE INDEX ix_watch_report_spelling_id ON watch_report (spelling_id);
CREATE INDEX ix_watcher_batch_id ON watcher (batch_id);
CREATE INDEX ix_watcher_replaced_by ON watcher (replaced_by);
CREATE INDEX ix_watcher_spelling_id ON watcher (spelling_id);
CREATE INDEX ix_record_place_spelling_id ON record_place (spelling_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('batch',1);
INSERT INTO "sqlite_sequence" VALUES('audit',1);
COMMIT;
