-- Version 1. Statements stand apart by blank lines; they are never changed, as gradebooks have taken them.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    added_at TEXT NOT NULL,
    member TEXT NOT NULL,
    assignment TEXT NOT NULL,
    submitted_at TEXT,
    submission_sha256 TEXT NOT NULL,
    score TEXT NOT NULL,
    max_score TEXT NOT NULL,
    pass_percent INTEGER NOT NULL,
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    key_id TEXT,
    sha256 TEXT NOT NULL UNIQUE
);

CREATE INDEX reports_of ON reports (member, assignment);

-- Apart from the rows that every command reads. Compressed by zlib: a report of 100 cases is 60 kB of text.
CREATE TABLE documents (
    report INTEGER PRIMARY KEY REFERENCES reports (id),
    json BLOB NOT NULL
);

CREATE TABLE overrides (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    by TEXT NOT NULL CHECK (by <> ''),
    why TEXT NOT NULL CHECK (why <> ''),
    member TEXT NOT NULL,
    assignment TEXT NOT NULL,
    report INTEGER REFERENCES reports (id),
    points TEXT,
    max_score TEXT NOT NULL,
    pass_percent INTEGER NOT NULL
);

CREATE INDEX overrides_of ON overrides (member, assignment);

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    json TEXT NOT NULL
);

CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    action TEXT NOT NULL,
    member TEXT,
    assignment TEXT,
    what TEXT NOT NULL,
    chain TEXT NOT NULL
);
