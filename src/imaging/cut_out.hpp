// From picture and mask to what the vendor gets. Blocking, CPU-bound, any pool thread.
#pragma once

#include <optional>

#include "base/error.hpp"
#include "imaging/cut_out_options.hpp"
#include "imaging/image.hpp"

namespace cutroom::imaging {

// The picture to encode: RGBA (straight alpha), RGB where there is a background, grey for mask_only. Takes
// the picture by value to work in its memory. `alpha`: the source file's own, multiplied into the mask. Where
// the result is fully transparent its colour is black. Heeds format, background, mask_only and decontaminate;
// imaging/composition.hpp does the rest.
Image cut_out(Image rgb, const Mask& mask, const std::optional<Mask>& alpha, const CutOutOptions&);

// cut_out's steps. `alpha` has the picture's size.
Image with_alpha(const Image& rgb, const Mask& alpha);
Image on_background(Image rgb, const Mask& alpha, Rgb background);

// As rembg does it by default: colour and alpha are both scaled by the mask, which darkens soft edges. Only
// for those who need rembg's very pixels.
Image naive_cut_out(const Image& rgb, const Mask& mask, const std::optional<Mask>& alpha);

// Smallest rectangle that holds every pixel with mask > threshold; nullopt: there is none.
std::optional<Rect> foreground_box(const Mask&, int threshold = 127);

}  // namespace cutroom::imaging
