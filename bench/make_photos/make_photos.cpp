// Photos for the benches: as many as asked for, of a size, no two alike in a single row of pixels (equal
// photos would be answered from the result cache). Each is a part of a sample, enlarged, with the grain of a
// camera's sensor.
//
//   make_photos --out DIR --count 60 --width 4000 --height 3000 SAMPLE...    writes DIR/0.jpg, DIR/1.jpg ...
//
// The same arguments give the same photos; those that are there already are left alone.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <vips/vips8>

namespace {

namespace fs = std::filesystem;
using vips::VImage;

// A 12 MP photo of a phone has 3 to 6 MB; with these, so have ours.
constexpr double kGrain = 5.0;
constexpr int kQuality = 90;

struct Photo {
  int number = 0;
  int width = 0;
  int height = 0;
};

// Correlated over two pixels, as after a camera's demosaicing; its own in every channel.
VImage grain(const Photo& photo) {
  const auto channel = [&](int n) {
    return VImage::gaussnoise(
        photo.width / 2 + 1, photo.height / 2 + 1,
        VImage::option()->set("sigma", kGrain)->set("mean", 0.0)->set("seed", photo.number * 3 + n));
  };
  const VImage small = VImage::bandjoin(std::vector<VImage>{channel(0), channel(1), channel(2)});
  return small.resize(2.0, VImage::option()->set("kernel", VIPS_KERNEL_LINEAR))
      .extract_area(0, 0, photo.width, photo.height);
}

// Another part of the sample for every photo, mirrored every second time.
VImage part_of(const VImage& sample, const Photo& photo) {
  constexpr double kShares[] = {1.0, 0.9, 0.8};
  const double share = kShares[photo.number / 2 % 3];
  const double fit =
      std::max(photo.width / (sample.width() * share), photo.height / (sample.height() * share));
  const VImage large = sample.resize(fit, VImage::option()->set("kernel", VIPS_KERNEL_CUBIC));
  const VImage part = large.extract_area((large.width() - photo.width) / 2,
                                         (large.height() - photo.height) / 2, photo.width, photo.height);
  return photo.number % 2 == 0 ? part : part.fliphor();
}

void make(const VImage& sample, const Photo& photo, const fs::path& file) {
  const VImage picture = (part_of(sample, photo) + grain(photo)).cast(VIPS_FORMAT_UCHAR);
  // Under its name only once it is whole: an interrupted run must leave no half photo behind.
  const fs::path unfinished = file.string() + ".part.jpg";
  picture.jpegsave(unfinished.c_str(), VImage::option()->set("Q", kQuality));
  fs::rename(unfinished, file);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Makes photos for the benches");
  std::string out;
  int count = 0;
  Photo photo;
  std::vector<std::string> samples;
  app.add_option("--out", out, "Folder, made where it is missing")->required();
  app.add_option("--count", count)->required();
  app.add_option("--width", photo.width)->required();
  app.add_option("--height", photo.height)->required();
  app.add_option("samples", samples, "Pictures to make them of")->required()->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);

  if (VIPS_INIT(argv[0]) != 0) return 1;
  try {
    fs::create_directories(out);
    for (photo.number = 0; photo.number < count; ++photo.number) {
      const fs::path file = fs::path(out) / (std::to_string(photo.number) + ".jpg");
      if (fs::exists(file)) continue;
      const std::string& sample = samples[static_cast<std::size_t>(photo.number) % samples.size()];
      make(VImage::new_from_file(sample.c_str())
               .colourspace(VIPS_INTERPRETATION_sRGB)
               .extract_band(0, VImage::option()->set("n", 3)),
           photo, file);
    }
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "make_photos: " << e.what() << '\n';
    return 1;
  }
}
