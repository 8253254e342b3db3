#include "adapters/store_sqlite/folder_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace cutroom::store_sqlite {
namespace {

std::string reason(int code) { return std::generic_category().message(code); }

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  std::error_code made;
  std::filesystem::create_directories(folder, made);
  const auto file = folder / "cutroom.lock";
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    const int code = errno;
    return Error{.code = Errc::storage_failed,
                 .message = "The data folder \"" + folder.string() + "\" can't be used: " + reason(code),
                 .detail = "open " + file.string() + ": " + reason(code)};
  }
  FolderLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int code = errno;
    return Error{
        .code = code == EWOULDBLOCK ? Errc::conflict : Errc::storage_failed,
        .message = "The data folder \"" + folder.string() + "\" is in use by another Cutroom process",
        .detail = "flock " + file.string() + ": " + reason(code)};
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace cutroom::store_sqlite
