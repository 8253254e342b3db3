// The real binary as a child process, on a free loopback port, with a data folder of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace cutroom::test {

// A folder that is gone with its object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A test asks more often than any client may, so the limits are off unless they are what it is about.
enum class RateLimits : std::uint8_t { off, standard };

// A model by its sidecar's name, and the folders that have it; empty: the tiny one.
struct ModelInTest {
  std::string name{};
  std::string folders{};
};

class ServerProcess {
 public:
  // Starts `cutroom serve` (or `api`, `worker`) with the tiny test model and returns once it listens, or
  // works. Throws with the program's own output when it ends instead.
  ServerProcess(const std::filesystem::path& data_dir, std::vector<std::string> more_arguments = {},
                RateLimits limits = RateLimits::off, const std::string& command = "serve",
                const ModelInTest& model = {});
  ~ServerProcess();  // kill -9 where it still runs.
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  std::string url(const std::string& path = "") const;
  std::uint16_t port() const { return port_; }  // 0: a worker.
  pid_t pid() const { return pid_; }
  // kill -9, and waits for the end.
  void kill();
  // SIGTERM, waits; the exit code, or 128 + signal.
  int terminate();
  bool runs() const;

 private:
  int wait_for_end();
  void wait_until_it_is_there(int out);

  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  int output_ = -1;  // The read end of its standard output, kept open so that it can go on writing.
};

}  // namespace cutroom::test
