// A plain HTTP client for tests, on libcurl: what a caller of the API sees.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

namespace cutroom::test {

struct Answer {
  int status = 0;                              // 0: no answer (connection refused or cut).
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;

  // The body as JSON; throws with the body in the text where it is none.
  boost::json::value json() const;
};

struct Part {
  std::string name;
  std::string content;
  std::string file_name;  // Empty: a plain field.
};

Answer get(const std::string& url, const std::vector<std::string>& headers = {});
Answer post_json(const std::string& url, const std::string& body);
Answer post_json(const std::string& url, const boost::json::value& body);
Answer post_form(const std::string& url, const std::vector<Part>& parts);
Answer send(const std::string& verb, const std::string& url, const std::vector<std::string>& headers = {},
            const std::optional<std::string>& body = std::nullopt);

}  // namespace cutroom::test
