#include "adapters/store_sqlite/schema.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace cutroom::store_sqlite {
namespace {

// "CutR": says of a SQLite file that it is ours.
constexpr std::int64_t kApplicationId = 0x43757452;

// Row n makes version n + 1 out of version n. Never changed once released; a change is a further row.
//
// What a step writes is kept to rows that lie together, since each page touched is 4 KB in the log:
//   jobs      as handed in; appended, then never changed.
//   line      what has not ended yet, by place (`seq`): narrow rows, read from end to end at opening.
//   leases    a handful of rows, so a claim writes one page that is always the same.
//   attempts  what has become of a job since; no row before its first attempt ends.
//   lanes     one vendor in one queue, with its finish tag (jobs/fair_order.hpp): 30 bytes, written once per
//   claim. With
//             the queue's virtual time that is all the fair order needs to go on exactly where it was.
constexpr std::array kMigrations{
    R"sql(
CREATE TABLE numbers (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  next INTEGER NOT NULL                      -- For the next job or place; never given twice.
) STRICT;
INSERT INTO numbers VALUES (1, 1);

CREATE TABLE queues (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  paused INTEGER NOT NULL DEFAULT 0,
  virtual_time REAL NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,      -- Counted, so that nobody has to count rows.
  failed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE lanes (
  id INTEGER PRIMARY KEY,
  queue INTEGER NOT NULL,                    -- queues.id
  vendor TEXT NOT NULL,
  finish REAL NOT NULL DEFAULT 0,
  UNIQUE (vendor, queue)
) STRICT;

CREATE TABLE shares (
  vendor TEXT PRIMARY KEY,
  weight REAL NOT NULL,
  cap INTEGER NOT NULL,
  cap_is_hard INTEGER NOT NULL,
  paused INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,                     -- lanes.id
  priority INTEGER NOT NULL,
  cost REAL NOT NULL,
  attempts_max INTEGER NOT NULL,
  backoff_first_ms INTEGER NOT NULL,
  backoff_max_ms INTEGER NOT NULL,
  timeout_ms INTEGER NOT NULL,
  created_at INTEGER NOT NULL,               -- Unix milliseconds, as all times.
  payload TEXT NOT NULL
) STRICT;

CREATE TABLE line (
  seq INTEGER PRIMARY KEY,
  job INTEGER,                               -- jobs.id; NULL where it equals seq: all but retried dead letters.
  lane INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  cost REAL NOT NULL,
  paid INTEGER NOT NULL DEFAULT 0,           -- Taken before: the vendor has been charged.
  run_at INTEGER                             -- While delayed.
) STRICT;

CREATE TABLE leases (
  job INTEGER PRIMARY KEY,
  token TEXT NOT NULL,
  until INTEGER NOT NULL,
  started_at INTEGER NOT NULL
) STRICT;

CREATE TABLE attempts (
  job INTEGER PRIMARY KEY,
  made INTEGER NOT NULL,
  stalls INTEGER NOT NULL,
  started_at INTEGER,                        -- The last one.
  finished_at INTEGER,
  ended TEXT CHECK (ended IN ('completed', 'failed')),
  result TEXT,
  reason TEXT,                               -- Of the last failed one.
  place INTEGER                              -- line.seq of a retried dead letter; else the job's id.
) STRICT;
)sql",
    R"sql(
ALTER TABLE jobs ADD COLUMN project TEXT;              -- NULL: none.
ALTER TABLE jobs ADD COLUMN batch INTEGER;             -- batches.id
ALTER TABLE leases ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN log TEXT;              -- A line for each attempt (attempt_log.hpp).

-- The jobs of a batch have the numbers that follow its own, without a gap.
CREATE TABLE batches (
  id INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  total INTEGER NOT NULL,
  completed INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  done_at INTEGER,
  after_queue TEXT,                                    -- The job to accept when it is done; NULL: none.
  after_vendor TEXT,
  after_payload TEXT,
  after_attempts_max INTEGER,
  after_backoff_first_ms INTEGER,
  after_backoff_max_ms INTEGER,
  after_timeout_ms INTEGER
) STRICT;

-- Calls that are done once however often they come.
CREATE TABLE onces (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  first INTEGER NOT NULL,                              -- The jobs' numbers follow one another.
  count INTEGER NOT NULL,
  batch INTEGER,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX onces_by_age ON onces (at);

-- Dead letters are looked for among very many completed jobs.
CREATE INDEX failed_attempts ON attempts (job) WHERE ended = 'failed';
)sql",
};

Error not_ours(std::string message, std::string detail) {
  return {.code = Errc::conflict, .message = std::move(message), .detail = std::move(detail)};
}

}  // namespace

Result<void> migrate(sqlite_handle::Database& database) {
  const auto application = database.number("PRAGMA application_id");
  if (!application) return application.error();
  const auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();

  const bool is_new = *application == 0 && *version == 0 && *tables == 0;
  if (!is_new && *application != kApplicationId) {
    return not_ours("The job database's file belongs to another program",
                    "application_id " + std::to_string(*application));
  }
  constexpr auto kNewest = static_cast<std::int64_t>(kMigrations.size());
  if (*version < 0 || *version > kNewest) {
    return not_ours("The job database was written by a newer version of Cutroom",
                    "user_version " + std::to_string(*version) + ", known up to " + std::to_string(kNewest));
  }
  for (auto step = *version; step < kNewest; ++step) {
    const auto done =
        database.exec("BEGIN IMMEDIATE;" + std::string(kMigrations.at(static_cast<std::size_t>(step))) +
                      "PRAGMA application_id = " + std::to_string(kApplicationId) +
                      "; PRAGMA user_version = " + std::to_string(step + 1) + "; COMMIT;");
    if (!done) {
      database.roll_back();
      return done.error();
    }
  }
  return {};
}

}  // namespace cutroom::store_sqlite
