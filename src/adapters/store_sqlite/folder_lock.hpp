// Holds a folder for this process: two processes that lease out the same jobs from their own memory would
// both be wrong.
#pragma once

#include <filesystem>
#include <utility>

#include "base/error.hpp"

namespace cutroom::store_sqlite {

class FolderLock {
 public:
  // conflict where another has it. Released when this is gone, and by the kernel when the process dies.
  static Result<FolderLock> take(const std::filesystem::path& folder);

  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace cutroom::store_sqlite
