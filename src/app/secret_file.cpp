#include "app/secret_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include "engine/webhooks.hpp"

namespace cutroom::app {

Result<std::string> read_or_make_secret(const std::filesystem::path& file) {
  const auto failed = [&](const char* what) {
    return Error{.code = Errc::storage_failed,
                 .message = "The webhook secret can't be kept",
                 .detail = std::string(what) + " " + file.string() + ": " + std::strerror(errno)};
  };
  if (std::filesystem::exists(file)) {
    std::ifstream in(file);
    std::string secret;
    if (!std::getline(in, secret) || secret.empty()) return failed("read");
    return secret;
  }
  const std::string secret = engine::new_webhook_secret();
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0) return failed("create");
  const std::string line = secret + "\n";
  const bool is_written = ::write(out, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const bool is_kept = is_written && ::fsync(out) == 0;
  ::close(out);
  if (!is_kept) return failed("write");
  return secret;
}

}  // namespace cutroom::app
