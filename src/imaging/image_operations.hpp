// What can be done to a picture, as values: a list of steps, done in their order, and what comes out at the
// end. Nothing here computes pixels; imaging/image_editor.hpp does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "imaging/colour.hpp"
#include "imaging/image.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::imaging {

// Where something lies in something bigger.
enum class Place : std::uint8_t {
  centre,
  top,
  top_right,
  right,
  bottom_right,
  bottom,
  bottom_left,
  left,
  top_left,
};
std::optional<Place> place_from(std::string_view word);  // "top-left"; "center" too.
std::string_view to_string(Place);
// The top-left corner of `inner` at its place in `outer`; negative where it is the bigger one.
struct Offset {
  int x = 0, y = 0;
  bool operator==(const Offset&) const = default;
};
Offset offset_of(Place, Size inner, Size outer);

// What a crop keeps: a fixed place, or what the picture is about.
enum class Focus : std::uint8_t {
  place,
  attention,  // Where the eye goes: edges, skin colours, saturation.
  entropy,    // Where most detail is.
};

enum class ResizeFit : std::uint8_t {
  cover,    // Fills width x height; what sticks out is cropped.
  contain,  // Whole within width x height; the rest is background.
  fill,     // Exactly width x height, whatever the aspect.
  inside,   // As large as fits into width x height.
  outside,  // As small as covers width x height, nothing cropped.
};
std::optional<ResizeFit> resize_fit_from(std::string_view word);

struct Resize {
  std::optional<int> width;  // One of the two at least; the other follows the aspect then.
  std::optional<int> height;
  ResizeFit fit = ResizeFit::cover;
  bool without_enlargement = false;
  Focus focus = Focus::place;  // With cover.
  Place place = Place::centre;
  Rgba background{};  // With contain.
  bool operator==(const Resize&) const = default;
};

struct Crop {
  std::optional<Offset> corner;  // The rectangle's top-left corner; nullopt: by focus and place.
  int width = 0;
  int height = 0;
  Focus focus = Focus::place;
  Place place = Place::centre;
  bool operator==(const Crop&) const = default;
};

struct Rotate {
  double degrees = 0;  // Clockwise. Multiples of 90 lose nothing.
  Rgba background{};   // Of the corners that appear at other angles.
  bool operator==(const Rotate&) const = default;
};

struct Mirror {
  bool upside_down = false;  // Flip; else flop, left to right.
  bool operator==(const Mirror&) const = default;
};

// Takes transparency away.
struct Flatten {
  Rgb background{255, 255, 255};
  bool operator==(const Flatten&) const = default;
};

// Adds borders.
struct Pad {
  int top = 0, right = 0, bottom = 0, left = 0;
  Rgba background{};
  bool operator==(const Pad&) const = default;
};

// To a canvas of at least this size, nothing scaled or cropped.
struct Extend {
  int width = 0;
  int height = 0;
  Place place = Place::centre;
  Rgba background{};
  bool operator==(const Extend&) const = default;
};

// Cuts off borders of one colour.
struct Trim {
  int threshold = 10;  // How far a sample may be from the border's, 0..255.
  // Nullopt: transparent where the picture has transparency, else its top-left pixel's.
  std::optional<Rgb> background;
  bool operator==(const Trim&) const = default;
};

struct Sharpen {
  double sigma = 1.0;   // Radius of the finest detail, pixels.
  double amount = 1.0;  // Of 1, what is usual for screens.
  bool operator==(const Sharpen&) const = default;
};

struct Blur {
  double sigma = 1.0;  // Standard deviation, pixels.
  bool operator==(const Blur&) const = default;
};

struct Watermark {
  std::string text;       // Or:
  std::string image_url;  // Whose bytes come with the photo (imaging/image_editor.hpp).
  Place place = Place::bottom_right;
  double opacity = 0.5;       // 0..1
  double size = 0.25;         // Its width as a share of the picture's; less where it would not fit in height.
  double margin = 0.03;       // To the border, as a share of the picture's shorter side.
  bool tile = false;          // All over the picture.
  Rgb colour{255, 255, 255};  // With text.
  bool operator==(const Watermark&) const = default;
};

using AnyStep =
    std::variant<Resize, Crop, Rotate, Mirror, Flatten, Pad, Extend, Trim, Sharpen, Blur, Watermark>;

struct ImageStep {
  AnyStep what;
  std::size_t position = 0;  // In the list as the caller gave it, for messages: operations[position].
  bool operator==(const ImageStep&) const = default;
};

struct OutputFormat {
  std::optional<Format> format;  // Nullopt: the source's, where it can be written; else png or jpeg by alpha.
  int quality = 85;              // jpeg, webp, avif: 1..100.
  std::optional<std::size_t> bytes_max;  // Quality falls, then the picture shrinks, until the file fits.
  bool keep_metadata = false;            // EXIF, XMP, IPTC of the source; never its orientation.
  bool operator==(const OutputFormat&) const = default;
};

// A further, smaller file out of the finished picture.
struct Thumbnail {
  std::string name;
  Resize resize;
  std::optional<Format> format;  // Nullopt: the main file's.
  std::optional<int> quality;
  bool operator==(const Thumbnail&) const = default;
};

struct ImageOperations {
  std::vector<ImageStep> steps;
  OutputFormat output;
  std::vector<Thumbnail> thumbnails;
  bool operator==(const ImageOperations&) const = default;
};

// Limits that an order is held to before it is queued, and an editor while it works.
inline constexpr std::size_t kStepsMax = 32;
inline constexpr std::size_t kThumbnailsMax = 16;
inline constexpr int kSideMax = 16'383;  // libwebp's own; no screen or print of a product needs more.
inline constexpr std::size_t kEditedPixelsMax = 50'000'000;
inline constexpr double kBlurSigmaMax = 250;
inline constexpr double kSharpenSigmaMax = 10;
inline constexpr double kSharpenAmountMax = 10;
inline constexpr std::size_t kWatermarkTextMax = 200;  // Bytes.
inline constexpr std::size_t kTargetBytesMin = 1'000;  // A smaller photo isn't one.

// How a resize comes out: the picture scaled to `scaled`, then cut or padded to `size`.
struct Fitted {
  Size scaled;
  Size size;
  bool operator==(const Fitted&) const = default;
};
Fitted fitted(Size from, const Resize&);

}  // namespace cutroom::imaging
