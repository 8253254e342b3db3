#include "adapters/assets_disk/disk_asset_store.hpp"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/assets_disk/staged_file.hpp"
#include "base/digest.hpp"
#include "base/run_on.hpp"
#include "delivery/asset_key.hpp"

namespace cutroom::assets_disk {

using boost::asio::awaitable;
using delivery::AssetInfo;
using delivery::AssetKey;

namespace {

Error not_a_key() { return {.code = Errc::invalid_input, .message = "Not the name of a file here"}; }

Error not_found() { return {.code = Errc::not_found, .message = "File not found"}; }

// A use is noted once a day: reading a file must not write to the disk each time.
constexpr std::time_t kUseSeconds = 24 * 3600;

AssetInfo info_of(const AssetKey& key, std::uint64_t size, const std::filesystem::path& path) {
  return {.key = key,
          .size_bytes = size,
          .content_type = std::string(delivery::content_type_of(key)),
          .local_path = path.string()};
}

}  // namespace

DiskAssetStore::DiskAssetStore(Options options, boost::asio::thread_pool& pool)
    : options_(std::move(options)), pool_(pool) {}

Result<std::unique_ptr<DiskAssetStore>> DiskAssetStore::open(Options options,
                                                             boost::asio::thread_pool& pool) {
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  std::error_code error;
  options.folder = std::filesystem::absolute(options.folder, error);
  std::unique_ptr<DiskAssetStore> store(new DiskAssetStore(std::move(options), pool));
  const auto& folder = store->options_.folder;
  std::filesystem::create_directories(store->staging(), error);
  if (error) return disk_error(error.value(), "make", folder);
  if (auto synced = sync_folder(folder); !synced) return synced.error();
  if (auto swept = sweep_staged(store->staging()); !swept) return swept.error();
  return store;
}

awaitable<Result<AssetInfo>> DiskAssetStore::put(Bytes bytes, std::string extension) {
  co_return co_await run_on(pool_, [&] { return blocking_put(bytes, extension); });
}

awaitable<Result<AssetInfo>> DiskAssetStore::find(AssetKey key) {
  co_return co_await run_on(pool_, [&] { return blocking_find(key); });
}

awaitable<Result<Bytes>> DiskAssetStore::read(AssetKey key) {
  co_return co_await run_on(pool_, [&] { return blocking_read(key); });
}

awaitable<Result<void>> DiskAssetStore::remove(AssetKey key) {
  co_return co_await run_on(pool_, [&] { return blocking_remove(key); });
}

awaitable<Result<std::size_t>> DiskAssetStore::forget_unused(TimePoint since) {
  co_return co_await run_on(pool_, [&] { return blocking_forget(since); });
}

std::string DiskAssetStore::url_of(const AssetKey& key) const {
  return options_.public_url + "/assets/" + key;
}

Result<AssetInfo> DiskAssetStore::blocking_put(const Bytes& bytes, const std::string& extension) const {
  if (!delivery::is_asset_extension(extension)) return not_a_key();
  const AssetKey key = delivery::asset_key_of(sha256_hex(bytes.span()), extension);
  const std::filesystem::path path = path_of(key);
  const auto there = blocking_find(key);
  // A file of another length is no copy of these bytes, whatever damaged it: it is replaced.
  if (!there || there->size_bytes != bytes.size()) {
    auto file = StagedFile::create(staging());
    if (!file) return file.error();
    if (auto written = file->write(bytes.span()); !written) return written.error();
    if (auto ready = make_shard(key); !ready) return ready.error();
    if (auto moved = file->move_to(path); !moved) return moved.error();
  }
  // Also where it was there: whoever put it may not have come to this line yet.
  if (auto synced = sync_folder(path.parent_path()); !synced) return synced.error();
  return info_of(key, bytes.size(), path);
}

Result<void> DiskAssetStore::make_shard(const AssetKey& key) const {
  std::atomic<bool>& durable = shard_durable_[std::stoul(key.substr(0, 2), nullptr, 16)];
  if (durable) return {};
  const std::filesystem::path shard = path_of(key).parent_path();
  std::error_code error;
  std::filesystem::create_directory(shard, error);
  if (error) return disk_error(error.value(), "make", shard);
  if (auto synced = sync_folder(options_.folder); !synced) return synced.error();
  durable = true;
  return {};
}

Result<AssetInfo> DiskAssetStore::blocking_find(const AssetKey& key) const {
  if (!delivery::is_asset_key(key)) return not_a_key();
  const std::filesystem::path path = path_of(key);
  const auto size = look_at(path);
  if (!size) return size.error();
  return info_of(key, *size, path);
}

Result<std::uint64_t> DiskAssetStore::look_at(const std::filesystem::path& path) const {
  const std::lock_guard lock(use_);
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return not_found();
    return disk_error(errno, "look at", path);
  }
  // Where the disk refuses, the file only seems unused for longer than it is.
  if (::time(nullptr) - file.st_mtime > kUseSeconds) (void)::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return static_cast<std::uint64_t>(file.st_size);
}

Result<std::size_t> DiskAssetStore::blocking_forget(TimePoint since) const {
  const auto since_seconds = to_unix_ms(since) / 1000;
  std::size_t forgotten = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.folder, error)) {
    const AssetKey key = entry.path().lexically_relative(options_.folder).string();
    if (!delivery::is_asset_key(key)) continue;
    const std::lock_guard lock(use_);
    struct stat file{};
    if (::stat(entry.path().c_str(), &file) != 0 || file.st_mtime >= since_seconds) continue;
    if (::unlink(entry.path().c_str()) == 0) ++forgotten;
  }
  if (error) return disk_error(error.value(), "go through", options_.folder);
  return forgotten;
}

Result<Bytes> DiskAssetStore::blocking_read(const AssetKey& key) const {
  if (!delivery::is_asset_key(key)) return not_a_key();
  const std::filesystem::path path = path_of(key);
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return not_found();
  struct stat file{};
  if (!fd || ::fstat(fd.get(), &file) != 0) return disk_error(errno, "open", path);
  Bytes bytes(static_cast<std::size_t>(file.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t n = ::read(fd.get(), bytes.data() + filled, bytes.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_error(errno, "read", path);
    if (n == 0) return disk_error(EIO, "read to the end of", path);  // Files here never shrink.
    filled += static_cast<std::size_t>(n);
  }
  return bytes;
}

Result<void> DiskAssetStore::blocking_remove(const AssetKey& key) const {
  if (!delivery::is_asset_key(key)) return not_a_key();
  const std::filesystem::path path = path_of(key);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return disk_error(errno, "remove", path);
  return {};
}

}  // namespace cutroom::assets_disk
