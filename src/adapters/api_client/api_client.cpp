#include "adapters/api_client/api_client.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include <boost/json.hpp>

#include "adapters/api_client/http.hpp"

namespace cutroom::api_client {
namespace {

namespace json = boost::json;

Errc code_of(long status) {
  switch (status) {
    case 400:
      return Errc::invalid_input;
    case 401:
      return Errc::unauthorized;
    case 403:
      return Errc::forbidden;
    case 404:
      return Errc::not_found;
    case 409:
      return Errc::conflict;
    case 413:
      return Errc::too_large;
    case 415:
      return Errc::unsupported_media;
    case 422:
      return Errc::corrupt_media;
    case 429:
      return Errc::queue_full;
    case 502:
    case 503:
    case 504:
      return Errc::unavailable;
    default:
      return Errc::upstream_failed;
  }
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->as_string());
  return value->is_number() ? json::serialize(*value) : std::string();
}

// The object of a 2xx; else the server's words.
Result<json::object> object_of(const Answer& answer) {
  boost::system::error_code failure;
  const json::value value = json::parse(answer.body, failure);
  const json::object* object = failure ? nullptr : value.if_object();
  if (answer.status < 200 || answer.status > 299) {
    std::string words = object != nullptr ? text_of(*object, "error") : "";
    if (words.empty()) words = "The server answered " + std::to_string(answer.status);
    Error error{.code = code_of(answer.status), .message = std::move(words)};
    if (object != nullptr && text_of(*object, "code") == error_row(Errc::rate_limited).code)
      error.code = Errc::rate_limited;
    if (answer.retry_after.count() > 0) error.retry_after = answer.retry_after;
    return error;
  }
  if (object == nullptr)
    return Error{.code = Errc::upstream_failed, .message = "The server's answer can't be understood"};
  return *object;
}

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= 100 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

}  // namespace

ApiClient::ApiClient(std::string base_url, std::string key)
    : base_url_(std::move(base_url)), http_(std::make_unique<Http>()) {
  http_->set_key(std::move(key));
  while (base_url_.ends_with('/')) base_url_.pop_back();
}

Result<std::string> ApiClient::url_of(const std::string& path) const {
  // Looked at here since libcurl would make "http:" and a path into the address of a host named like the
  // path.
  const std::size_t scheme = base_url_.starts_with("http://") ? 7 : base_url_.starts_with("https://") ? 8 : 0;
  if (scheme == 0 || base_url_.size() <= scheme)
    return Error{.code = Errc::invalid_input,
                 .message = "\"" + base_url_ + "\" is not a server's address like http://127.0.0.1:3001"};
  return base_url_ + path;
}
ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;

Result<std::string> ApiClient::upload(const Upload& upload) {
  std::vector<std::pair<std::string, std::string>> fields{{"recordId", upload.record_id}};
  if (!upload.vendor_id.empty()) fields.emplace_back("vendorId", upload.vendor_id);
  if (!upload.project_id.empty()) fields.emplace_back("projectId", upload.project_id);
  const auto answer =
      http_->post_form(base_url_ + "/api/image-queue/remove-bg-queue", fields, "photo", upload.photo);
  if (!answer) return answer.error();
  const auto object = object_of(*answer);
  if (!object) return object.error();
  std::string id = text_of(*object, "jobId");
  if (id.empty()) return Error{.code = Errc::upstream_failed, .message = "The server's answer names no job"};
  return id;
}

Result<JobView> ApiClient::job(const std::string& id) {
  if (!is_plain_id(id))
    return Error{.code = Errc::invalid_input, .message = "\"" + id + "\" is not a job's id"};
  const auto url = url_of("/api/image-queue/job/" + id);
  if (!url) return url.error();
  const auto answer = http_->get(*url);
  if (!answer) return answer.error();
  const auto object = object_of(*answer);
  if (!object) return object.error();
  JobView view{.id = text_of(*object, "id"),
               .state = text_of(*object, "state"),
               .failed_reason = text_of(*object, "failedReason")};
  if (const json::value* progress = object->if_contains("progress");
      progress != nullptr && progress->is_number())
    view.progress = static_cast<int>(progress->to_number<double>());
  if (const json::value* result = object->if_contains("result"); result != nullptr && result->is_object())
    view.photo_url = text_of(result->as_object(), "photoUrl");
  return view;
}

Result<std::string> ApiClient::call(const std::string& verb, const std::string& path,
                                    const std::string& json) {
  const auto url = url_of(path);
  if (!url) return url.error();
  auto answer = http_->send(verb, *url, json);
  if (!answer) return answer.error();
  if (answer->status == 204) return std::string();
  if (const auto object = object_of(*answer); !object) return object.error();
  return std::move(answer->body);
}

std::string encoded(const std::string& text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = is_plain_id({&c, 1}) || c == '.' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<void> ApiClient::download(const std::string& photo_url, const std::filesystem::path& to) {
  const std::size_t assets = photo_url.rfind("/assets/");
  if (assets == std::string::npos)
    return Error{.code = Errc::invalid_input,
                 .message = "\"" + photo_url + "\" is not a link to a Cutroom asset"};
  const auto url = url_of(photo_url.substr(assets));
  if (!url) return url.error();

  std::filesystem::path part = to;
  part += ".part";
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(part.c_str(), "wb"), &std::fclose);
  if (!file) return Error{.code = Errc::storage_failed, .message = "Can't write " + part.string()};
  const auto answer = http_->get_to_file(*url, file.get());
  Result<void> outcome;
  if (!answer) {
    outcome = answer.error();
  } else if (answer->status != 200) {
    outcome = object_of(*answer).error();
  } else if (std::fflush(file.get()) != 0 || std::rename(part.c_str(), to.c_str()) != 0) {
    outcome = Error{.code = Errc::storage_failed, .message = "Can't write " + to.string()};
  }
  if (!outcome) ::unlink(part.c_str());
  return outcome;
}

}  // namespace cutroom::api_client
