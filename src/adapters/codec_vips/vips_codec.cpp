#include "adapters/codec_vips/vips_codec.hpp"

#include <exception>
#include <string>
#include <utility>

#include <vips/vips8>

#include "adapters/codec_vips/png_encoder.hpp"
#include "adapters/codec_vips/vips_decode.hpp"
#include "adapters/codec_vips/vips_encode.hpp"

namespace cutroom::codec_vips {
namespace {

// libvips keeps buffers per thread, which it wants back before the thread ends.
struct ThreadLeave {
  ~ThreadLeave() { vips_thread_shutdown(); }
};

// The one place where libvips' exceptions end. Its error text is shared by all threads, so that under load it
// may tell of another file too: good enough for a log.
template <class Fn>
auto guarded(Errc code, Fn fn) -> decltype(fn()) {
  thread_local const ThreadLeave leave;
  (void)leave;
  std::string detail;
  try {
    auto result = fn();
    vips_error_clear();  // Loaders leave warnings there, which would pile up.
    return result;
  } catch (const std::exception& e) {
    detail = e.what();
  }
  vips_error_clear();
  return Error{.code = code, .detail = std::move(detail)};
}

}  // namespace

Result<imaging::Decoded> VipsCodec::decode(std::span<const std::uint8_t> file,
                                           const imaging::DecodeLimits& limits) const {
  return guarded(Errc::corrupt_media, [&] { return decode_file(file, limits); });
}

Result<Bytes> VipsCodec::encode(const imaging::Image& image, const imaging::EncodeOptions& options) const {
  if (options.format == imaging::Format::png) return encode_png(image);
  return guarded(Errc::internal, [&] { return encode_with_vips(image, options); });
}

}  // namespace cutroom::codec_vips
