// A cut-out with everything that may be asked of it: cropped or on a canvas, with shadow, on a background
// image, as two pictures. imaging/cut_out.hpp is the plain case of it.
#pragma once

#include <optional>

#include "imaging/cut_out.hpp"
#include "imaging/layout.hpp"

namespace cutroom::imaging {

struct Composition {
  Image picture;             // As cut_out gives it; RGB with zip.
  std::optional<Mask> mask;  // With zip.
  Layout layout;
};

// `background`: the image of options.background_url, 3 bands; covers the result. `box`: the subject.
Composition compose(Image rgb, const Mask& mask, const std::optional<Mask>& alpha, std::optional<Rect> box,
                    const std::optional<Image>& background, const CutOutOptions&);

}  // namespace cutroom::imaging
