#include "adapters/sqlite_handle/migrations.hpp"

#include <string>

namespace cutroom::sqlite_handle {
namespace {

Error not_ours(std::string message, std::string detail) {
  return {.code = Errc::conflict, .message = std::move(message), .detail = std::move(detail)};
}

}  // namespace

Result<void> migrate(Database& database, const Migrations& migrations) {
  const auto application = database.number("PRAGMA application_id");
  if (!application) return application.error();
  const auto version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();

  const bool is_new = *application == 0 && *version == 0 && *tables == 0;
  if (!is_new && *application != migrations.application_id)
    return not_ours(std::string(migrations.what) + "'s file belongs to another program",
                    "application_id " + std::to_string(*application));
  const auto newest = static_cast<std::int64_t>(migrations.steps.size());
  if (*version < 0 || *version > newest)
    return not_ours(std::string(migrations.what) + " was written by a newer version of Cutroom",
                    "user_version " + std::to_string(*version) + ", known up to " + std::to_string(newest));
  for (auto step = *version; step < newest; ++step) {
    const auto done =
        database.exec("BEGIN IMMEDIATE;" + std::string(migrations.steps[static_cast<std::size_t>(step)]) +
                      "PRAGMA application_id = " + std::to_string(migrations.application_id) +
                      "; PRAGMA user_version = " + std::to_string(step + 1) + "; COMMIT;");
    if (!done) {
      database.roll_back();
      return done.error();
    }
  }
  return {};
}

}  // namespace cutroom::sqlite_handle
