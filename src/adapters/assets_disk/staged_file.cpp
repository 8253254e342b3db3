#include "adapters/assets_disk/staged_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "base/token.hpp"

namespace cutroom::assets_disk {

Error disk_error(int errno_value, std::string_view what, const std::filesystem::path& path) {
  std::string detail =
      std::string(what) + " " + path.string() + ": " + std::generic_category().message(errno_value);
  if (errno_value == ENOSPC || errno_value == EDQUOT) detail = "The disk for assets is full: " + detail;
  return {.code = Errc::storage_failed, .detail = std::move(detail)};
}

Result<StagedFile> StagedFile::create(const std::filesystem::path& folder) {
  for (;;) {
    const std::filesystem::path path = folder / (random_token() + ".tmp");
    FileDescriptor fd(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644));
    if (!fd) return disk_error(errno, "create", path);
    // A sweep may see the file before it is locked: then the sweep has the lock, or has removed it already.
    struct stat now{};
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 && ::fstat(fd.get(), &now) == 0 && now.st_nlink > 0)
      return StagedFile(path, std::move(fd));
  }
}

StagedFile::StagedFile(StagedFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)) {}

StagedFile::~StagedFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<void> StagedFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_error(errno, "write", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> StagedFile::move_to(const std::filesystem::path& place) {
  if (::fsync(fd_.get()) != 0) return disk_error(errno, "sync", path_);
  if (::rename(path_.c_str(), place.c_str()) != 0) return disk_error(errno, "move to", place);
  path_.clear();
  return {};
}

Result<void> sweep_staged(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const FileDescriptor fd(::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    // Gone meanwhile, or somebody is writing it.
    if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) continue;
    ::unlink(entry.path().c_str());
  }
  if (error) return disk_error(error.value(), "read", folder);
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return disk_error(errno, "sync", folder);
  return {};
}

}  // namespace cutroom::assets_disk
