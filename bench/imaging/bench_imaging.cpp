// What each step from a photo's file to the cut-out's file costs, in milliseconds of CPU time of all threads
// together, the least of several runs: bench_imaging [PHOTO]. The photo is brought to 2 and 12 megapixels
// with noise added, so that it compresses like one from a camera.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <vips/vips8>

#include "adapters/codec_vips/vips_codec.hpp"
#include "imaging/cut_out.hpp"
#include "imaging/foreground.hpp"

namespace cutroom {
namespace {

using codec_vips::VipsCodec;
using vips::VImage;

double cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// `prepare` makes what `step` consumes, outside the clock.
template <class Prepare, class Step>
double measured(Prepare prepare, Step step) {
  constexpr int kRuns = 7;
  double least = std::numeric_limits<double>::max();
  for (int run = 0; run < kRuns; ++run) {
    auto input = prepare();
    const double begin = cpu_ms();
    step(std::move(input));
    least = std::min(least, cpu_ms() - begin);
  }
  return least;
}

void report(const char* step, double ms, std::size_t bytes = 0) {
  if (bytes == 0) {
    std::printf("  %-44s %8.1f ms\n", step, ms);
  } else {
    std::printf("  %-44s %8.1f ms %8.0f KB\n", step, ms, static_cast<double>(bytes) / 1e3);
  }
  std::fflush(stdout);
}

VImage photo_of(const std::string& file, imaging::Size size) {
  VImage photo = VImage::new_from_file(file.c_str());
  if (photo.has_alpha()) photo = photo.extract_band(0, VImage::option()->set("n", 3));
  photo = photo.resize(static_cast<double>(size.width) / photo.width(),
                       VImage::option()->set("vscale", static_cast<double>(size.height) / photo.height()));
  const VImage noise =
      VImage::gaussnoise(size.width, size.height, VImage::option()->set("sigma", 3.0)->set("mean", 0.0))
          .gaussblur(0.6);
  return (photo.extract_area(0, 0, size.width, size.height) + noise)
      .cast(VIPS_FORMAT_UCHAR)
      .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB))
      .copy_memory();
}

Bytes jpeg_of(const VImage& image) {
  void* data = nullptr;
  std::size_t size = 0;
  image.write_to_buffer(".jpg", &data, &size,
                        VImage::option()->set("Q", 92)->set("subsample_mode", VIPS_FOREIGN_SUBSAMPLE_ON));
  Bytes file = Bytes::copy_of({static_cast<const std::uint8_t*>(data), size});
  g_free(data);
  return file;
}

// As a model gives it: 1024 x 1024, not quite 255 inside, enlarged. `is_hairy`: an outline with strands.
imaging::Mask mask_of(imaging::Size size, bool is_hairy) {
  constexpr int kSide = 1024;
  std::vector<std::uint8_t> small(std::size_t{kSide} * kSide);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double dx = (x - kSide / 2.0) / (kSide * 0.35);
      const double dy = (y - kSide / 2.0) / (kSide * 0.32);
      const double radius = std::hypot(dx, dy);
      const double angle = std::atan2(dy, dx);
      double edge = 1;
      if (is_hairy) {
        edge += 0.03 * std::sin(angle * 180 + 3 * std::sin(radius * 40)) * std::max(0.0, -std::sin(angle)) +
                0.02 * std::sin(angle * 37);
      }
      const double inside = 0.985 + 0.012 * std::sin(x * 0.03) * std::sin(y * 0.02);
      const double alpha = inside / (1 + std::exp(2 * (radius - edge) / (is_hairy ? 0.01 : 0.006)));
      small[static_cast<std::size_t>(y) * kSide + static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(alpha * 255);
    }
  }
  const VImage enlarged =
      VImage::new_from_memory(small.data(), small.size(), kSide, kSide, 1, VIPS_FORMAT_UCHAR)
          .resize(static_cast<double>(size.width) / kSide,
                  VImage::option()->set("vscale", static_cast<double>(size.height) / kSide))
          .extract_area(0, 0, size.width, size.height);
  imaging::Mask mask(size, 1);
  enlarged.write(VImage::new_from_memory(mask.samples.data(), mask.samples.size(), size.width, size.height, 1,
                                         VIPS_FORMAT_UCHAR));
  return mask;
}

imaging::Image copy_of(const imaging::Image& image) {
  imaging::Image copy(image.size, image.bands);
  std::memcpy(copy.samples.data(), image.samples.data(), image.samples.size());
  return copy;
}

double mixed_percent(const imaging::Mask& mask) {
  const auto samples = mask.samples.span();
  const auto mixed = std::count_if(samples.begin(), samples.end(), [](int value) {
    return value > imaging::kAllBackground && value < imaging::kAllForeground;
  });
  return 100.0 * static_cast<double>(mixed) / static_cast<double>(samples.size());
}

void bench_decode(const VipsCodec& codec, const VImage& photo) {
  const auto nothing = [] { return 0; };
  const auto decode = [&](const char* name, const Bytes& file) {
    report(name, measured(nothing, [&](int) { (void)codec.decode(file.span(), {}); }), file.size());
  };
  decode("decode jpeg", jpeg_of(photo));
  decode("decode jpeg with an sRGB profile",
         jpeg_of(photo.icc_transform("srgb", VImage::option()->set("input_profile", "srgb"))));
  decode("decode jpeg in Display P3",
         jpeg_of(photo.icc_transform("p3", VImage::option()->set("input_profile", "srgb"))));
  VImage turned = photo.copy();
  turned.set(VIPS_META_ORIENTATION, 6);
  decode("decode jpeg to be turned right", jpeg_of(turned));
}

void bench_cut_out(const VipsCodec& codec, const imaging::Image& rgb, bool is_hairy) {
  const imaging::Mask mask = mask_of(rgb.size, is_hairy);
  std::printf(" %s outline, %.1f %% of it mixed\n", is_hairy ? "hairy" : "smooth", mixed_percent(mask));
  const auto copy = [&] { return copy_of(rgb); };
  report("foreground colours",
         measured(copy, [&](imaging::Image work) { imaging::estimate_foreground(work, mask); }));
  imaging::Image clean = copy_of(rgb);
  imaging::estimate_foreground(clean, mask);
  imaging::Image rgba;
  report("compose rgba", measured([] { return 0; }, [&](int) { rgba = imaging::with_alpha(clean, mask); }));
  report("compose onto a colour", measured([&] { return copy_of(clean); },
                                           [&](imaging::Image work) {
                                             (void)imaging::on_background(std::move(work), mask,
                                                                          {255, 255, 255});
                                           }));
  const imaging::Image flat = imaging::on_background(copy_of(clean), mask, {255, 255, 255});
  const auto encode = [&](const char* name, const imaging::Image& image, imaging::EncodeOptions options) {
    std::size_t bytes = 0;
    const double ms = measured([] { return 0; }, [&](int) { bytes = codec.encode(image, options)->size(); });
    report(name, ms, bytes);
  };
  encode("encode png, rgba", rgba, {.format = imaging::Format::png});
  encode("encode png, rgb on white", flat, {.format = imaging::Format::png});
  encode("encode png, mask", mask, {.format = imaging::Format::png});
  encode("encode webp 90, rgba", rgba, {.format = imaging::Format::webp});
  encode("encode jpeg 90, rgb on white", flat, {.format = imaging::Format::jpeg});
}

}  // namespace
}  // namespace cutroom

int main(int argc, char** argv) {
  using namespace cutroom;
  const std::string file = argc > 1 ? argv[1] : CUTROOM_DEPS_DIR "/samples/coffee.png";
  if (!std::filesystem::exists(file)) {
    std::fprintf(stderr, "no photo at %s: give one, or fetch the samples with ./dev setup\n", file.c_str());
    return 1;
  }
  const codec_vips::VipsLibrary library;
  const VipsCodec codec(library);
  for (const imaging::Size size : {imaging::Size{1600, 1250}, imaging::Size{4000, 3000}}) {
    std::printf("%d x %d\n", size.width, size.height);
    const vips::VImage photo = photo_of(file, size);
    bench_decode(codec, photo);
    const auto decoded = codec.decode(jpeg_of(photo).span(), {});
    if (!decoded) return 1;
    bench_cut_out(codec, decoded->rgb, false);
    bench_cut_out(codec, decoded->rgb, true);
  }
}
