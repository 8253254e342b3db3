// A folder of a test's own, gone with it. In memory where the system has such a place: the suite asks
// thousands of times for a commit, and what it tests is not the disk.
#pragma once

#include <filesystem>

#include "base/token.hpp"

namespace cutroom::conformance {

class ScratchFolder {
 public:
  ScratchFolder() { std::filesystem::create_directories(path_); }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  static std::filesystem::path root() {
    const std::filesystem::path in_memory = "/dev/shm";
    return std::filesystem::is_directory(in_memory) ? in_memory : std::filesystem::temp_directory_path();
  }
  const std::filesystem::path path_ = root() / ("cutroom-" + random_token(8));
};

}  // namespace cutroom::conformance
