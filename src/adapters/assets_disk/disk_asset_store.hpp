// Assets as files: FOLDER/3f/3fa4…e1.png. What lies there under a key is whole: files are written in
// FOLDER/staging and moved to their place once they are on the disk. Several processes may share a folder.
#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "delivery/asset_store.hpp"

namespace cutroom::assets_disk {

struct Options {
  std::filesystem::path folder;
  std::string public_url{};  // Where the API is reached: links are this + "/assets/" + key.
};

// Any thread may call it; the disk is waited for on the pool.
class DiskAssetStore final : public delivery::AssetStore {
 public:
  // Makes the folder where there is none and removes what a crash has left. The pool outlives the store.
  static Result<std::unique_ptr<DiskAssetStore>> open(Options, boost::asio::thread_pool&);

  boost::asio::awaitable<Result<delivery::AssetInfo>> put(Bytes, std::string extension) override;
  boost::asio::awaitable<Result<delivery::AssetInfo>> find(delivery::AssetKey) override;
  boost::asio::awaitable<Result<Bytes>> read(delivery::AssetKey) override;
  boost::asio::awaitable<Result<void>> remove(delivery::AssetKey) override;
  boost::asio::awaitable<Result<std::size_t>> forget_unused(TimePoint since) override;
  std::string url_of(const delivery::AssetKey&) const override;

  // For a server that learns its port only when it listens: before the first url_of().
  void set_public_url(std::string public_url) { options_.public_url = std::move(public_url); }

 private:
  DiskAssetStore(Options, boost::asio::thread_pool&);

  Result<delivery::AssetInfo> blocking_put(const Bytes&, const std::string& extension) const;
  Result<delivery::AssetInfo> blocking_find(const delivery::AssetKey&) const;
  Result<Bytes> blocking_read(const delivery::AssetKey&) const;
  Result<void> blocking_remove(const delivery::AssetKey&) const;
  Result<std::size_t> blocking_forget(TimePoint since) const;
  // Its size, after its last use has been noted: as the file's time of change, a day exact.
  Result<std::uint64_t> look_at(const std::filesystem::path&) const;
  // The folder of the key's first byte.
  Result<void> make_shard(const delivery::AssetKey&) const;
  std::filesystem::path path_of(const delivery::AssetKey& key) const { return options_.folder / key; }
  std::filesystem::path staging() const { return options_.folder / "staging"; }

  Options options_;
  boost::asio::thread_pool& pool_;
  // Which of the 256 folders this process has seen made and synced.
  mutable std::array<std::atomic<bool>, 256> shard_durable_{};
  mutable std::mutex use_;  // Forgetting must not remove a file between somebody's look and use of it.
};

}  // namespace cutroom::assets_disk
