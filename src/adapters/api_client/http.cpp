#include "adapters/api_client/http.hpp"

#include <new>

namespace cutroom::api_client {
namespace {

constexpr std::size_t kAnswerBytesMax = 1U << 20U;  // Of JSON.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30U;

}  // namespace

struct ApiClient::Http::Sink {
  CURL* easy;
  std::string text;
  std::FILE* file = nullptr;
  std::uint64_t file_bytes = 0;
};

ApiClient::Http::Http() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  easy_ = curl_easy_init();
  if (easy_ == nullptr) throw std::bad_alloc();
}

ApiClient::Http::~Http() {
  curl_easy_cleanup(easy_);
  curl_global_cleanup();
}

std::size_t ApiClient::Http::on_body(char* bytes, std::size_t size, std::size_t n, void* to) {
  auto& sink = *static_cast<Sink*>(to);
  const std::size_t count = size * n;
  long status = 0;
  curl_easy_getinfo(sink.easy, CURLINFO_RESPONSE_CODE, &status);
  if (sink.file != nullptr && status == 200) {
    sink.file_bytes += count;
    return sink.file_bytes > kFileBytesMax ? 0 : std::fwrite(bytes, 1, count, sink.file);
  }
  if (sink.text.size() + count > kAnswerBytesMax) return 0;
  try {
    sink.text.append(bytes, count);
  } catch (const std::bad_alloc&) {
    return 0;  // libcurl is C: no exception may pass it.
  }
  return count;
}

void ApiClient::Http::begin(const std::string& url, Sink& sink) {
  curl_easy_reset(easy_);  // Keeps the connection.
  message_[0] = '\0';
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, message_);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, "cutroom");
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, 5'000L);
  // No limit in total: a large photo may take its time on a slow line, as long as it moves.
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Http::on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &sink);
  set_headers({});
}

void ApiClient::Http::set_headers(std::initializer_list<const char*> lines) {
  headers_.reset();
  const auto add = [this](const char* line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line);
    if (longer == nullptr) throw std::bad_alloc();
    (void)headers_.release();  // It is the beginning of the longer one.
    headers_.reset(longer);
  };
  for (const char* line : lines) add(line);
  if (!key_.empty()) add(("X-Api-Key: " + key_).c_str());
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_.get());
}

Result<Answer> ApiClient::Http::perform(Sink& sink) {
  const CURLcode code = curl_easy_perform(easy_);
  const std::string words = message_[0] != '\0' ? message_ : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OK:
      break;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Error{.code = Errc::invalid_input,
                   .message = "The server's address must be like http://127.0.0.1:3001",
                   .detail = words};
    case CURLE_OPERATION_TIMEDOUT:
      return Error{.code = Errc::timed_out, .message = "The server does not answer", .detail = words};
    case CURLE_WRITE_ERROR:
      return Error{.code = Errc::storage_failed, .message = "The answer could not be kept", .detail = words};
    case CURLE_READ_ERROR:
      return Error{.code = Errc::invalid_input, .message = "The photo could not be read", .detail = words};
    default:
      return Error{.code = Errc::unavailable, .message = "The server could not be reached", .detail = words};
  }
  Answer answer{.body = std::move(sink.text)};
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK)
    answer.retry_after = std::chrono::seconds(seconds);
  return answer;
}

Result<Answer> ApiClient::Http::get(const std::string& url) {
  Sink sink{.easy = easy_};
  begin(url, sink);
  return perform(sink);
}

Result<Answer> ApiClient::Http::send(const std::string& verb, const std::string& url,
                                     const std::string& json) {
  Sink sink{.easy = easy_};
  begin(url, sink);
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, verb.c_str());
  if (!json.empty()) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, json.c_str());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
    set_headers({"Content-Type: application/json", "Expect:"});
  }
  return perform(sink);
}

Result<Answer> ApiClient::Http::get_to_file(const std::string& url, std::FILE* file) {
  Sink sink{.easy = easy_, .file = file};
  begin(url, sink);
  return perform(sink);
}

Result<Answer> ApiClient::Http::post_form(const std::string& url,
                                          const std::vector<std::pair<std::string, std::string>>& fields,
                                          const std::string& file_field, const std::filesystem::path& file) {
  Sink sink{.easy = easy_};
  begin(url, sink);
  // Freed after the request, and the handle forgets both with the next begin().
  const std::unique_ptr<curl_mime, decltype(&curl_mime_free)> form(curl_mime_init(easy_), &curl_mime_free);
  for (const auto& [name, value] : fields) {
    curl_mimepart* part = curl_mime_addpart(form.get());
    curl_mime_name(part, name.c_str());
    curl_mime_data(part, value.data(), value.size());
  }
  curl_mimepart* part = curl_mime_addpart(form.get());
  curl_mime_name(part, file_field.c_str());
  if (curl_mime_filedata(part, file.c_str()) != CURLE_OK)
    return Error{
        .code = Errc::invalid_input, .message = "The photo could not be read", .detail = file.string()};
  curl_easy_setopt(easy_, CURLOPT_MIMEPOST, form.get());
  // Else libcurl waits a second for a "100 Continue" before it sends a large photo.
  set_headers({"Expect:"});
  return perform(sink);
}

}  // namespace cutroom::api_client
