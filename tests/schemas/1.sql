-- A database as schema 1 made it: two runs, one ended, and their trials. Integers, texts and floats as both databases write them.
CREATE TABLE nasplug_schema (version INTEGER NOT NULL);
INSERT INTO nasplug_schema (version) VALUES (1);
CREATE TABLE nasplug_runs (
    id {serial} NOT NULL, name VARCHAR(200) NOT NULL, settings JSON NOT NULL, versions JSON NOT NULL,
    created FLOAT NOT NULL, ended TEXT, PRIMARY KEY (id), UNIQUE (name)
);
INSERT INTO nasplug_runs (name, settings, versions, created, ended) VALUES ('ended', '{"seed": 0}', '{"python": "3.11"}', 1760000000.5, 'the budget of 1 trials is used');
INSERT INTO nasplug_runs (name, settings, versions, created, ended) VALUES ('killed', '{"seed": 1}', '{}', 1760000001.25, NULL);
CREATE TABLE nasplug_trials (
    run INTEGER NOT NULL, number INTEGER NOT NULL, architecture TEXT NOT NULL, canonical TEXT NOT NULL,
    state VARCHAR(10) NOT NULL, purpose VARCHAR(10) NOT NULL, accuracy FLOAT, cost FLOAT, source TEXT, metrics JSON,
    error TEXT, latency FLOAT, started FLOAT NOT NULL, finished FLOAT NOT NULL,
    PRIMARY KEY (run, number), FOREIGN KEY (run) REFERENCES nasplug_runs (id)
);
INSERT INTO nasplug_trials VALUES (1, 0, 'toy:0,1,2', 'toy:0,1,2', 'complete', 'search', 71.5, 2.0, 'toy', '{"parameters": 100.0}', NULL, 12.5, 1.0, 2.0);
INSERT INTO nasplug_trials VALUES (1, 1, 'toy:0,1,2', 'toy:0,1,2', 'complete', 'final', 70.0, 2.0, 'toy', '{}', NULL, NULL, 2.0, 3.0);
INSERT INTO nasplug_trials VALUES (2, 0, 'toy:3,3,3', 'toy:3,3,3', 'failed', 'search', NULL, NULL, NULL, NULL, 'RuntimeError: loss is NaN', NULL, 1.0, 2.0);
