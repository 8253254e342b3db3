// The shell's view of a running Cutroom: hand in a photo, ask for its job, fetch the result. Blocking.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace cutroom::api_client {

struct Upload {
  std::filesystem::path photo;
  std::string record_id;
  std::string vendor_id;   // Empty: the server decides.
  std::string project_id;  // Empty: none.
};

struct JobView {
  std::string id;
  std::string state;          // waiting, active, completed, failed, delayed, paused
  int progress = 0;           // Percent.
  std::string photo_url;      // With completed.
  std::string failed_reason;  // With failed.
};

// Talks to the one server it was made for and to nobody else: no redirects, no proxy. One thread at a time.
// Errors carry the server's own words, and retry_after where it said so; `unavailable` where none answers.
class ApiClient {
 public:
  // E.g. "http://127.0.0.1:3001". An address that can't be one is told by the first call: invalid_input. The
  // key is a vendor's or the admin's; empty: none.
  explicit ApiClient(std::string base_url, std::string key = {});
  ~ApiClient();
  ApiClient(ApiClient&&) noexcept;
  ApiClient& operator=(ApiClient&&) noexcept;

  // The new job's id.
  Result<std::string> upload(const Upload&);
  Result<JobView> job(const std::string& id);
  // Anything else of the API: `path` begins with a slash, its parts are encoded (encoded()). The body of a
  // 2xx.
  Result<std::string> call(const std::string& verb, const std::string& path, const std::string& json = {});
  // The file behind a job's photo_url. A link that names another host (the server's public address may be
  // another one than the caller's) is asked of our server by its path below /assets/. `to` appears whole or
  // not at all.
  Result<void> download(const std::string& photo_url, const std::filesystem::path& to);

 private:
  class Http;

  // invalid_input where the base is none.
  Result<std::string> url_of(const std::string& path) const;

  std::string base_url_;  // Without slash at its end.
  std::unique_ptr<Http> http_;
};

// As a part of a path or a value of a query.
std::string encoded(const std::string&);

}  // namespace cutroom::api_client
