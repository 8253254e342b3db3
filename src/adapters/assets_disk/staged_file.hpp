// A file that is written beside its place and then moved there whole.
//
// While it is being written it holds a lock on itself, so that another process that opens the same folder can
// tell it from what a crash has left.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "adapters/assets_disk/file_descriptor.hpp"
#include "base/error.hpp"

namespace cutroom::assets_disk {

class StagedFile {
 public:
  // `folder` lies in the same filesystem as the file's place.
  static Result<StagedFile> create(const std::filesystem::path& folder);
  // Removes it, unless it has been moved to its place.
  ~StagedFile();
  StagedFile(StagedFile&&) noexcept;
  StagedFile& operator=(StagedFile&&) = delete;

  Result<void> write(std::span<const std::uint8_t>);
  // To the disk, then to its place. Durable once the place's folder has been synced too.
  Result<void> move_to(const std::filesystem::path& place);

 private:
  StagedFile(std::filesystem::path path, FileDescriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::filesystem::path path_;
  FileDescriptor fd_;
};

// Removes what writers that are no more have left in the folder. Others may be writing there meanwhile.
Result<void> sweep_staged(const std::filesystem::path& folder);

Result<void> sync_folder(const std::filesystem::path&);

// storage_failed; `errno_value` as the call left it.
Error disk_error(int errno_value, std::string_view what, const std::filesystem::path&);

}  // namespace cutroom::assets_disk
