// One HTTP exchange after the other with libcurl's easy interface, on a connection that is kept.
#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "adapters/api_client/api_client.hpp"
#include "base/error.hpp"

namespace cutroom::api_client {

struct Answer {
  long status = 0;
  std::chrono::seconds retry_after{0};  // 0: not said.
  std::string body;
};

class ApiClient::Http {
 public:
  Http();
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // Sent with everything from now on.
  void set_key(std::string key) { key_ = std::move(key); }

  Result<Answer> get(const std::string& url);
  // Any verb; JSON where the text isn't empty.
  Result<Answer> send(const std::string& verb, const std::string& url, const std::string& json);
  // multipart/form-data with these text fields and one file.
  Result<Answer> post_form(const std::string& url,
                           const std::vector<std::pair<std::string, std::string>>& fields,
                           const std::string& file_field, const std::filesystem::path& file);
  // A 200's body goes to the file, any other's into the answer.
  Result<Answer> get_to_file(const std::string& url, std::FILE* file);

 private:
  struct Sink;
  static std::size_t on_body(char*, std::size_t, std::size_t, void*);
  void begin(const std::string& url, Sink&);
  // With the key, and these headers.
  void set_headers(std::initializer_list<const char*>);
  Result<Answer> perform(Sink&);

  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  CURL* easy_ = nullptr;
  std::string key_;
  std::unique_ptr<curl_slist, FreeList> headers_;  // Of the request under way.
  char message_[CURL_ERROR_SIZE] = {};
};

}  // namespace cutroom::api_client
