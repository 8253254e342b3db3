// What a model wants and gives, as data: one sidecar file models/NAME.toml per model (docs/models.md), so
// that an unknown model works by writing one. Families and constants: rembg's sessions, imgly's and others'
// own code.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace cutroom::imaging {

enum class Fit : std::uint8_t {
  squash,      // To exactly width x height, whatever the aspect.
  letterbox,   // Into width x height with the aspect kept, top-left, the rest padded with 0.
  short_side,  // Short side to `width`, both sides rounded to multiples of `multiple`.
};
enum class Filter : std::uint8_t {
  lanczos3,        // Pillow's: antialiased when shrinking.
  bilinear,        // Likewise.
  bilinear_plain,  // IMG.LY's: sampled at points that are aligned at the top-left corner, never averaged.
};
enum class Divisor : std::uint8_t {
  fixed,
  picture_max
};  // picture_max: the resized picture's largest sample.
enum class ChannelOrder : std::uint8_t { rgb, bgr };
enum class Activation : std::uint8_t { none, sigmoid };
enum class Task : std::uint8_t {
  segment,  // What of a picture is foreground.
  faces,    // Where faces are; only file and checksum of the sidecar count.
};
enum class OutputKind : std::uint8_t {
  alpha,    // One channel is the foreground.
  classes,  // Channels are class scores; every class but 0 is foreground (cloth segmentation).
};

struct ModelSpec {
  std::string name;  // The sidecar's file name.
  Task task = Task::segment;
  std::string file;  // The ONNX file's name, without folder.
  // What the file's bytes must hash to, in lower-case hex. Empty: not checked (a user's own model). MD5 only
  // where the publisher gives nothing better.
  std::string sha256;
  std::string md5;
  std::string source;  // Where `file` comes from, for people and for pulling.
  std::string licence;
  bool commercial = false;

  int input_width = 1024;
  int input_height = 1024;
  Fit fit = Fit::squash;
  int multiple = 32;  // With short_side.
  Filter filter = Filter::lanczos3;

  // Sample v becomes (v / divisor - mean) / std.
  Divisor divisor = Divisor::fixed;
  float divisor_value = 255.0F;  // With fixed.
  std::array<float, 3> mean{0.0F, 0.0F, 0.0F};
  std::array<float, 3> std{1.0F, 1.0F, 1.0F};
  ChannelOrder order = ChannelOrder::rgb;

  int output_index = 0;
  int output_channel = 0;
  OutputKind output_kind = OutputKind::alpha;
  Activation activation = Activation::none;
  bool minmax = false;                    // Stretch the map to 0..1; a constant one is only clamped.
  Filter mask_filter = Filter::lanczos3;  // Map to the picture's size.

  int warmup_runs = 1;
  int memory_mb = 0;  // Peak of one run, for people who plan.
};

}  // namespace cutroom::imaging
