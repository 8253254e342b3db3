// Which part of a picture a cut-out shows, and where on the result it lies.
#pragma once

#include <optional>

#include "imaging/cut_out_options.hpp"
#include "imaging/image.hpp"

namespace cutroom::imaging {

struct Layout {
  Rect source;  // Of the picture; may reach beyond it, where nothing is.
  Rect target;  // Where the source comes to lie on the result, scaled.
  Size size;    // Of the result.
  bool operator==(const Layout&) const = default;

  bool is_whole(Size picture) const {
    return source == Rect{0, 0, picture.width, picture.height} && target == source && size == picture;
  }
};

// `box`: the subject; nullopt where the model saw none, then the whole picture is shown. With a canvas the
// subject is scaled and placed; with a margin alone it is cropped to, as far as the picture reaches; else the
// layout is the picture.
Layout layout_of(Size picture, std::optional<Rect> box, const CutOutOptions&);

// The part of picture and coverage at its place, the rest of the coverage 0. Scaling mixes colours by
// coverage, so what isn't seen doesn't bleed in.
struct Placed {
  Image rgb;
  Mask coverage;
};
Placed placed(const Image& rgb, const Mask& coverage, const Layout&);

}  // namespace cutroom::imaging
