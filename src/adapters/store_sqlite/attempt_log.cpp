#include "adapters/store_sqlite/attempt_log.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace cutroom::store_sqlite {
namespace {

namespace json = boost::json;

constexpr std::size_t kErrorBytesMax = 500;

// Between two characters of UTF-8.
std::string cut(std::string text) {
  std::size_t length = std::min(text.size(), kErrorBytesMax);
  while (length > 0 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
    --length;
  text.resize(length);
  return text;
}

}  // namespace

std::string log_line(const jobs::AttemptLog& entry) {
  const json::array head{to_unix_ms(entry.started_at), to_unix_ms(entry.ended_at),
                         json::string(entry.outcome), json::string(cut(entry.error))};
  return json::serialize(head) + "\t" + entry.steps_json + "\n";
}

std::vector<jobs::AttemptLog> read_log(std::string_view lines) {
  std::vector<jobs::AttemptLog> log;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const std::string_view head = line.substr(0, line.find('\t'));
    if (head.size() == line.size()) continue;
    boost::system::error_code failed;
    const json::value value = json::parse(json::string_view(head.data(), head.size()), failed);
    if (failed || !value.is_array() || value.get_array().size() != 4) continue;
    const json::array& at = value.get_array();
    if (!at[0].is_int64() || !at[1].is_int64() || !at[2].is_string() || !at[3].is_string()) continue;
    log.push_back({.started_at = from_unix_ms(at[0].get_int64()),
                   .ended_at = from_unix_ms(at[1].get_int64()),
                   .outcome = std::string(at[2].get_string()),
                   .error = std::string(at[3].get_string()),
                   .steps_json = std::string(line.substr(head.size() + 1))});
  }
  return log;
}

}  // namespace cutroom::store_sqlite
