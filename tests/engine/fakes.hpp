// The outside of the engine as plain values that a test can set and look at.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "delivery/asset_store.hpp"
#include "delivery/photo_source.hpp"
#include "delivery/record_store.hpp"
#include "imaging/image_codec.hpp"
#include "imaging/segmenter.hpp"

namespace cutroom::test {

using boost::asio::awaitable;

class FakePhotos final : public delivery::PhotoSource {
 public:
  std::map<std::string, std::string> photos;
  std::map<std::string, Error> refusals;  // By check().
  int fetches = 0;

  Result<void> check(const std::string& url) const override {
    const auto refused = refusals.find(url);
    if (refused != refusals.end()) return refused->second;
    return {};
  }
  // "http://HOST/..." and nothing else.
  std::string host_of(const std::string& url) const override {
    const std::size_t begin = url.find("://") + 3;
    return url.substr(begin, url.find('/', begin) - begin);
  }
  awaitable<Result<delivery::Photo>> fetch(std::string url, std::stop_token) override {
    ++fetches;
    const auto photo = photos.find(url);
    if (photo == photos.end())
      co_return Error{.code = Errc::upstream_missing, .message = "The photo's server answered 404"};
    co_return delivery::Photo{.bytes = Bytes::copy_of(std::string_view(photo->second))};
  }
};

class FakeAssets final : public delivery::AssetStore {
 public:
  std::map<std::string, std::string> files;

  awaitable<Result<delivery::AssetInfo>> put(Bytes bytes, std::string extension) override {
    const std::string key =
        "k" + std::to_string(std::hash<std::string_view>()(bytes.view())) + "." + extension;
    files[key] = std::string(bytes.view());
    co_return delivery::AssetInfo{.key = key, .size_bytes = bytes.size()};
  }
  awaitable<Result<delivery::AssetInfo>> find(delivery::AssetKey key) override {
    if (!files.contains(key)) co_return Error{.code = Errc::not_found};
    co_return delivery::AssetInfo{.key = key};
  }
  awaitable<Result<Bytes>> read(delivery::AssetKey key) override {
    if (!files.contains(key)) co_return Error{.code = Errc::not_found};
    co_return Bytes::copy_of(std::string_view(files[key]));
  }
  awaitable<Result<void>> remove(delivery::AssetKey key) override {
    files.erase(key);
    co_return Result<void>();
  }
  awaitable<Result<std::size_t>> forget_unused(TimePoint) override { co_return std::size_t{0}; }
  std::string url_of(const delivery::AssetKey& key) const override { return "http://here/assets/" + key; }
};

class FakeRecords final : public delivery::RecordStore {
 public:
  std::vector<delivery::RecordUpdate> updates;
  std::optional<Error> failure;

  awaitable<Result<void>> update(delivery::RecordUpdate update) override {
    if (failure) co_return *failure;
    updates.push_back(std::move(update));
    co_return Result<void>();
  }
  awaitable<Result<delivery::Record>> get(std::string) override { co_return Error{.code = Errc::not_found}; }
};

// A photo is "W H text"; a file is its format's name and the size.
class FakeCodec final : public imaging::ImageCodec {
 public:
  Result<imaging::Decoded> decode(std::span<const std::uint8_t> bytes,
                                  const imaging::DecodeLimits&) const override {
    int width = 0;
    int height = 0;
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (std::sscanf(text.c_str(), "%d %d", &width, &height) != 2) return Error{.code = Errc::corrupt_media};
    imaging::Decoded out{.rgb = imaging::Image({width, height}, 3), .format = "png"};
    std::fill_n(out.rgb.samples.data(), out.rgb.samples.size(), std::uint8_t{200});
    return out;
  }
  Result<Bytes> encode(const imaging::Image& image, const imaging::EncodeOptions& options) const override {
    return Bytes::copy_of(std::string_view(
        std::string(imaging::to_string(options.format)) + " " + std::to_string(image.size.width) + "x" +
        std::to_string(image.size.height) + "x" + std::to_string(image.bands)));
  }
};

class FakeSegmenter final : public imaging::Segmenter {
 public:
  std::function<void()> before_infer = [] {};
  std::atomic<int> runs = 0;

  const std::string& model() const override { return name_; }
  Result<imaging::Tensor> prepare(const imaging::Image&) const override {
    return imaging::Tensor{.channels = 1, .height = 1, .width = 1, .values = {1.0F}};
  }
  Result<imaging::Tensor> infer(imaging::Tensor input, std::stop_token) override {
    ++runs;
    before_infer();
    return input;
  }
  Result<imaging::Mask> finish(const imaging::Tensor&, imaging::Size size) const override {
    imaging::Mask mask(size, 1);
    std::fill_n(mask.samples.data(), mask.samples.size(), std::uint8_t{255});
    return mask;
  }

 private:
  std::string name_ = "fake";
};

}  // namespace cutroom::test
