#include "http_client.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <curl/curl.h>

namespace cutroom::test {
namespace {

constexpr long kTimeoutSeconds = 60;

struct CurlEnd {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Curl = std::unique_ptr<CURL, CurlEnd>;

struct SlistEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistEnd>;

std::size_t take_body(char* data, std::size_t size, std::size_t n, void* into) {
  static_cast<std::string*>(into)->append(data, size * n);
  return size * n;
}

std::size_t take_header(char* data, std::size_t size, std::size_t n, void* into) {
  const std::string line(data, size * n);
  const std::size_t colon = line.find(':');
  if (colon != std::string::npos) {
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    value.erase(value.find_last_not_of("\r\n") + 1);
    (*static_cast<std::map<std::string, std::string>*>(into))[name] = value;
  }
  return size * n;
}

Slist slist_of(const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) list = curl_slist_append(list, line.c_str());
  return Slist(list);
}

Answer perform(const Curl& curl, const std::string& url, const std::vector<std::string>& headers) {
  Answer answer;
  const Slist list = slist_of(headers);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kTimeoutSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &answer.headers);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list.get());
  if (curl_easy_perform(curl.get()) != CURLE_OK) return answer;
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

}  // namespace

boost::json::value Answer::json() const {
  boost::system::error_code failed;
  auto value = boost::json::parse(body, failed);
  if (failed) throw std::runtime_error("not JSON (status " + std::to_string(status) + "): " + body);
  return value;
}

Answer get(const std::string& url, const std::vector<std::string>& headers) {
  return perform(Curl(curl_easy_init()), url, headers);
}

Answer post_json(const std::string& url, const std::string& body) {
  return send("POST", url, {"content-type: application/json"}, body);
}

Answer post_json(const std::string& url, const boost::json::value& body) {
  return post_json(url, boost::json::serialize(body));
}

Answer post_form(const std::string& url, const std::vector<Part>& parts) {
  const Curl curl(curl_easy_init());
  curl_mime* mime = curl_mime_init(curl.get());
  for (const Part& part : parts) {
    curl_mimepart* added = curl_mime_addpart(mime);
    curl_mime_name(added, part.name.c_str());
    curl_mime_data(added, part.content.data(), part.content.size());
    if (!part.file_name.empty()) curl_mime_filename(added, part.file_name.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_MIMEPOST, mime);
  Answer answer = perform(curl, url, {"expect:"});
  curl_mime_free(mime);
  return answer;
}

Answer send(const std::string& verb, const std::string& url, const std::vector<std::string>& headers,
            const std::optional<std::string>& body) {
  const Curl curl(curl_easy_init());
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, verb.c_str());
  if (verb == "HEAD") curl_easy_setopt(curl.get(), CURLOPT_NOBODY, 1L);
  std::vector<std::string> all = headers;
  if (body) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    curl_easy_setopt(curl.get(), CURLOPT_COPYPOSTFIELDS, body->data());
    all.emplace_back("expect:");
  }
  return perform(curl, url, all);
}

}  // namespace cutroom::test
