#include "app/settings/row_kinds.hpp"
#include "app/settings/sections.hpp"

namespace cutroom::app {
namespace {

SettingRow limit_row(std::string_view key, std::string_view environment, vendors::LimitKind kind,
                     std::string_view meaning) {
  SettingRow row{
      .key = key, .environment = environment, .allowed = vendors::kLimitAllowed, .meaning = meaning};
  row.set = [kind](Settings& s, const std::string& text) {
    const auto limit = vendors::limit_from(text);
    if (limit) s.rate_limits[kind] = *limit;
    return limit.has_value();
  };
  row.get = [kind](const Settings& s) { return vendors::to_string(s.rate_limits[kind]); };
  return row;
}

}  // namespace

std::vector<SettingRow> limit_rows() {
  return {
      number_row({.key = "limits.photo_bytes_max",
                  .environment = "CUTROOM_PHOTO_BYTES_MAX",
                  .allowed = "1024..1073741824",
                  .meaning = "largest photo file"},
                 &Settings::photo_bytes_max, {1024, 1LL << 30}),
      number_row({.key = "limits.photo_pixels_max",
                  .environment = "CUTROOM_PHOTO_PIXELS_MAX",
                  .allowed = "1..500000000",
                  .meaning = "largest photo, width x height"},
                 &Settings::photo_pixels_max, {1, 500'000'000}),
      number_row({.key = "limits.waiting_max",
                  .environment = "CUTROOM_WAITING_MAX",
                  .allowed = "1..100000000",
                  .meaning = "jobs waiting in one queue, beyond which new ones get 429"},
                 &Settings::waiting_max, {1, 100'000'000}),
      number_row({.key = "limits.bulk_max",
                  .environment = "CUTROOM_BULK_MAX",
                  .allowed = "1..100000",
                  .meaning = "photos in one bulk call"},
                 &Settings::bulk_max, {1, 100'000}),
      limit_row("limits.global", "CUTROOM_LIMIT_GLOBAL", vendors::LimitKind::global,
                "submissions of one photo per address"),
      limit_row("limits.reads", "CUTROOM_LIMIT_READS", vendors::LimitKind::reads,
                "requests that read or steer, per address"),
      limit_row("limits.image_processing", "CUTROOM_LIMIT_IMAGE_PROCESSING",
                vendors::LimitKind::image_processing, "face crops and image operations per vendor"),
      limit_row("limits.background_removal", "CUTROOM_LIMIT_BACKGROUND_REMOVAL",
                vendors::LimitKind::background_removal, "background removals per vendor"),
      limit_row("limits.bulk", "CUTROOM_LIMIT_BULK", vendors::LimitKind::bulk, "bulk operations per vendor"),
  };
}

}  // namespace cutroom::app
