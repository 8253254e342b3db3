// One HTTP exchange after the other with libcurl's easy interface, on a connection that is kept.
#pragma once

#include <cstdio>
#include <filesystem>
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
  std::string body;
};

class ApiClient::Http {
 public:
  Http();
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  Result<Answer> get(const std::string& url);
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
  Result<Answer> perform(Sink&);

  CURL* easy_ = nullptr;
  char message_[CURL_ERROR_SIZE] = {};
};

}  // namespace cutroom::api_client
