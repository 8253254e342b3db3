// Image processing of one photo, as the queue wants it. Needs no model.
#pragma once

#include <boost/asio/thread_pool.hpp>

#include "engine/order_images.hpp"
#include "engine/photo_work.hpp"
#include "imaging/image_editor.hpp"

namespace cutroom::engine {

class ImageWork final : public PhotoWork {
 public:
  struct Parts {
    const imaging::ImageEditor& editor;
    delivery::PhotoSource& photos;  // For watermarks.
    delivery::AssetStore& assets;
    boost::asio::thread_pool& compute;
    imaging::DecodeLimits limits{};
  };

  explicit ImageWork(Parts parts) : parts_(parts), images_(parts.photos, parts.assets) {}

  std::string cache_key(const Payload&) const override;
  boost::asio::awaitable<Result<MadeFiles>> run(Bytes photo, const Payload&, PhotoRun&) override;

 private:
  boost::asio::awaitable<Result<imaging::Overlays>> overlays_of(const Payload&,
                                                                const imaging::ImageOperations&,
                                                                std::stop_token);

  Parts parts_;
  OrderImages images_;
  mutable std::uint64_t never_again_ = 0;
};

}  // namespace cutroom::engine
