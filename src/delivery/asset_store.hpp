// PORT. Where files live that Cutroom makes or is given: cut-outs, and uploaded photos until they are worked
// on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace cutroom::delivery {

// An asset's name in the store and in its link: SHA-256 of the content plus extension, so unguessable without
// knowing the content, and the same content is stored once. E.g. "3f/3fa4…e1.png".
using AssetKey = std::string;

struct AssetInfo {
  AssetKey key;
  std::uint64_t size_bytes = 0;
  std::string content_type;  // By the key's extension.
  // Where the bytes lie on this machine, for who can serve a file faster than a copy in memory; empty for
  // stores elsewhere.
  std::string local_path;
};

class AssetStore {
 public:
  virtual ~AssetStore() = default;

  // Durable when it answers, and visible whole or not at all. `extension` without dot: png, webp, jpg, bin.
  // storage_failed.
  virtual boost::asio::awaitable<Result<AssetInfo>> put(Bytes, std::string extension) = 0;

  // not_found; invalid_input for what can't be a key (never leaves the store's folder).
  virtual boost::asio::awaitable<Result<AssetInfo>> find(AssetKey) = 0;
  virtual boost::asio::awaitable<Result<Bytes>> read(AssetKey) = 0;
  // Gone afterwards, also where it was not there.
  virtual boost::asio::awaitable<Result<void>> remove(AssetKey) = 0;

  // Removes what nobody has put or asked for since then (a store may take a use of the last day for none
  // older than a day, so that reading stays cheap); how many.
  virtual boost::asio::awaitable<Result<std::size_t>> forget_unused(TimePoint since) = 0;

  // The link that the vendor gets.
  virtual std::string url_of(const AssetKey&) const = 0;
};

}  // namespace cutroom::delivery
