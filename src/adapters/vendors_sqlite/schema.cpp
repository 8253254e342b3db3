#include "adapters/vendors_sqlite/schema.hpp"

#include <array>
#include <string_view>

#include "adapters/sqlite_handle/migrations.hpp"

namespace cutroom::vendors_sqlite {
namespace {

// "CutV".
constexpr std::int64_t kApplicationId = 0x43757456;

constexpr std::array<std::string_view, 2> kSteps{
    R"sql(
CREATE TABLE vendors (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  weight REAL NOT NULL,
  cap INTEGER NOT NULL,
  cap_is_hard INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  limit_global TEXT,                         -- "30/1h" or "off"; NULL: as for everybody.
  limit_reads TEXT,
  limit_image_processing TEXT,
  limit_background_removal TEXT,
  limit_bulk TEXT,
  monthly_quota INTEGER NOT NULL,
  source_hosts TEXT NOT NULL,                -- One per line.
  default_options TEXT NOT NULL,             -- JSON.
  webhook_url TEXT,
  webhook_secret TEXT,                       -- Needed in clear: it signs.
  webhook_events TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  vendor TEXT NOT NULL REFERENCES vendors (id) ON DELETE CASCADE,
  label TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL,               -- Unix milliseconds.
  revoked_at INTEGER,
  last_used INTEGER                          -- Days since 1970.
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_of_vendor ON keys (vendor, created_at, id);

CREATE TABLE usage (
  vendor TEXT NOT NULL REFERENCES vendors (id) ON DELETE CASCADE,
  day INTEGER NOT NULL,                      -- Days since 1970, UTC.
  queued INTEGER NOT NULL,
  jobs INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  images INTEGER NOT NULL,
  megapixels REAL NOT NULL,
  compute_ms INTEGER NOT NULL,
  PRIMARY KEY (vendor, day)
) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
ALTER TABLE vendors ADD COLUMN face_presets TEXT NOT NULL DEFAULT '{}';  -- JSON.
)sql",
};

}  // namespace

Result<void> migrate(sqlite_handle::Database& database) {
  return sqlite_handle::migrate(
      database, {.application_id = kApplicationId, .what = "The vendor database", .steps = kSteps});
}

}  // namespace cutroom::vendors_sqlite
