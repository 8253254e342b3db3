// The embedded job store: one SQLite file, one process, one thread that owns it.
//
// SQLite is the durable truth; the order of the waiting jobs lives in memory and is rebuilt from the table
// `line` when the store opens. So a step is a few rows by key, whatever the backlog: its cost doesn't grow
// with it. All that has queued up while one transaction was written goes into the next, and each caller is
// answered after its commit.
//
// Where to look: schema.cpp (tables), tables.hpp (all SQL), live_jobs.hpp (what is in memory), steps.hpp (the
// port's functions, plain, on the store's thread).
#pragma once

#include <filesystem>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "base/error.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::store_sqlite {

struct Options {
  std::filesystem::path file;  // Its folder is made where it is missing, and locked against other processes.
  int cache_kib = 8 * 1024;    // SQLite's page cache; more is slower: docs/decisions/0001.
};

// conflict: another process has the folder, or the file was written by a newer version or another program.
// storage_failed: the file can't be read or is damaged. The message is for an operator and may name the
// folder. `on_work` callbacks run on `executor`. Blocks while the order is rebuilt, about a second per
// million waiting jobs.
Result<std::unique_ptr<jobs::JobStore>> open_sqlite_store(Options, boost::asio::any_io_executor executor);

}  // namespace cutroom::store_sqlite
