#include "imaging/refine_guided.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "imaging/box_blur.hpp"
#include "imaging/foreground.hpp"
#include "imaging/resample.hpp"

namespace cutroom::imaging {
namespace {

// Windows of 13 x 13 of a small copy of the size that models see, in proportion in smaller ones: wider than
// the edges of a model's mask, so that both sides are in them, and narrower than most of what they belong to.
constexpr int kRadiusMax = 6;
constexpr int kRadiusMin = 2;

int radius_of(Size small) {
  return std::max(kRadiusMin, kRadiusMax * std::max(small.width, small.height) / kGuidedSideMax);
}

// Below this variance of colour (of 0..1) a window counts as flat and only averages.
constexpr float kEpsilon = 1e-4F;

using Plane = std::vector<float>;

// mask = a . colour + b, for every pixel of the small copy.
struct Model {
  Size size;
  std::array<Plane, 4> terms;  // a's three, then b.
};

std::array<Plane, 3> planes_of(const Image& rgb) {
  std::array<Plane, 3> planes;
  for (std::size_t c = 0; c < 3; ++c) {
    planes[c].resize(rgb.size.pixels());
    for (std::size_t i = 0; i < planes[c].size(); ++i)
      planes[c][i] = static_cast<float>(rgb.samples[3 * i + c]) / 255.0F;
  }
  return planes;
}

Plane product(const Plane& a, const Plane& b) {
  Plane out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = a[i] * b[i];
  return out;
}

// Solves the symmetric 3 x 3 system by its inverse.
std::array<float, 3> solved(float rr, float rg, float rb, float gg, float gb, float bb,
                            const std::array<float, 3>& right) {
  const float c00 = gg * bb - gb * gb;
  const float c01 = gb * rb - rg * bb;
  const float c02 = rg * gb - gg * rb;
  const float determinant = rr * c00 + rg * c01 + rb * c02;
  const float c11 = rr * bb - rb * rb;
  const float c12 = rb * rg - rr * gb;
  const float c22 = rr * gg - rg * rg;
  return {(c00 * right[0] + c01 * right[1] + c02 * right[2]) / determinant,
          (c01 * right[0] + c11 * right[1] + c12 * right[2]) / determinant,
          (c02 * right[0] + c12 * right[1] + c22 * right[2]) / determinant};
}

// How much a pixel says about mask and colour: where the mask is undecided it is the colours that should say
// what the mask is, not the other way round. Never quite 0, so that every window has something.
float weight_of(float alpha) {
  constexpr float kLeast = 0.02F;
  const float decided = std::abs(2.0F * alpha - 1.0F);
  return kLeast + decided * decided * decided * decided;
}

Model model_of(const Image& rgb, const Plane& alpha) {
  const Size size = rgb.size;
  const int radius = radius_of(size);
  Plane weight(alpha.size());
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = weight_of(alpha[i]);
  const Plane mean_weight = box_mean(weight, size, radius);
  const auto mean_of = [&](const Plane& plane) {
    Plane mean = box_mean(product(plane, weight), size, radius);
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] /= mean_weight[i];
    return mean;
  };
  const auto colours = planes_of(rgb);
  std::array<Plane, 3> mean;
  std::array<Plane, 3> with_alpha;
  for (std::size_t c = 0; c < 3; ++c) {
    mean[c] = mean_of(colours[c]);
    with_alpha[c] = mean_of(product(colours[c], alpha));
  }
  const Plane mean_alpha = mean_of(alpha);
  const Plane rr = mean_of(product(colours[0], colours[0]));
  const Plane rg = mean_of(product(colours[0], colours[1]));
  const Plane rb = mean_of(product(colours[0], colours[2]));
  const Plane gg = mean_of(product(colours[1], colours[1]));
  const Plane gb = mean_of(product(colours[1], colours[2]));
  const Plane bb = mean_of(product(colours[2], colours[2]));

  Model model{.size = size, .terms = {}};
  for (auto& term : model.terms) term.resize(size.pixels());
  for (std::size_t i = 0; i < size.pixels(); ++i) {
    const float r = mean[0][i];
    const float g = mean[1][i];
    const float b = mean[2][i];
    const float m = mean_alpha[i];
    const auto a = solved(rr[i] - r * r + kEpsilon, rg[i] - r * g, rb[i] - r * b, gg[i] - g * g + kEpsilon,
                          gb[i] - g * b, bb[i] - b * b + kEpsilon,
                          {with_alpha[0][i] - r * m, with_alpha[1][i] - g * m, with_alpha[2][i] - b * m});
    for (std::size_t c = 0; c < 3; ++c) model.terms[c][i] = a[c];
    model.terms[3][i] = m - a[0] * r - a[1] * g - a[2] * b;
  }
  for (auto& term : model.terms) term = box_mean(term, size, radius);
  return model;
}

// Where a full-size column or row lies between two of the small copy.
struct Between {
  std::size_t first;
  std::size_t second;
  float share;  // Of the second.
};

std::vector<Between> positions(int full, int small) {
  std::vector<Between> out(static_cast<std::size_t>(full));
  for (int i = 0; i < full; ++i) {
    const float exact = std::clamp(
        (static_cast<float>(i) + 0.5F) * static_cast<float>(small) / static_cast<float>(full) - 0.5F, 0.0F,
        static_cast<float>(small - 1));
    const auto first = static_cast<std::size_t>(exact);
    out[static_cast<std::size_t>(i)] = {first, std::min(first + 1, static_cast<std::size_t>(small - 1)),
                                        exact - static_cast<float>(first)};
  }
  return out;
}

// Not 0 in the windows of undecided pixels.
Mask near_undecided(const Mask& undecided) {
  Plane values(undecided.size.pixels());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = undecided.samples[i] != 0 ? 1.0F : 0.0F;
  const int radius = radius_of(undecided.size);
  values = box_mean(values, undecided.size, radius);
  Mask out(undecided.size, 1);
  // Sums of means of zeros come out as tiny numbers at times.
  const float any = 0.5F / static_cast<float>((2 * radius + 1) * (2 * radius + 1));
  for (std::size_t i = 0; i < values.size(); ++i) out.samples[i] = values[i] > any ? 255 : 0;
  return out;
}

void apply(const Image& rgb, const Model& model, const Mask& band, Mask& mask) {
  const auto columns = positions(rgb.size.width, model.size.width);
  const auto rows = positions(rgb.size.height, model.size.height);
  const auto small_width = static_cast<std::size_t>(model.size.width);
  for (int y = 0; y < rgb.size.height; ++y) {
    const Between& row = rows[static_cast<std::size_t>(y)];
    const std::uint8_t* in_band =
        band.samples.data() + small_width * (row.share < 0.5F ? row.first : row.second);
    for (int x = 0; x < rgb.size.width; ++x) {
      const Between& column = columns[static_cast<std::size_t>(x)];
      if (in_band[column.share < 0.5F ? column.first : column.second] == 0) continue;
      const auto term = [&](const Plane& plane) {
        const float* upper = plane.data() + small_width * row.first;
        const float* lower = plane.data() + small_width * row.second;
        const float up = upper[column.first] + (upper[column.second] - upper[column.first]) * column.share;
        const float down = lower[column.first] + (lower[column.second] - lower[column.first]) * column.share;
        return up + (down - up) * row.share;
      };
      const std::uint8_t* pixel = rgb.row(y) + 3 * x;
      const float value = (term(model.terms[0]) * static_cast<float>(pixel[0]) +
                           term(model.terms[1]) * static_cast<float>(pixel[1]) +
                           term(model.terms[2]) * static_cast<float>(pixel[2])) +
                          term(model.terms[3]) * 255.0F;
      const float half_up = std::clamp(value, 0.0F, 255.0F) + 0.5F;
      mask.row(y)[x] = static_cast<std::uint8_t>(half_up);
    }
  }
}

}  // namespace

Size guided_size(Size picture) {
  const int longer = std::max(picture.width, picture.height);
  if (longer <= kGuidedSideMax) return picture;
  const double scale = static_cast<double>(kGuidedSideMax) / longer;
  return {std::max(1, static_cast<int>(std::lround(picture.width * scale))),
          std::max(1, static_cast<int>(std::lround(picture.height * scale)))};
}

Mask enlarge_guided(const Image& rgb, Mask mask, const Mask& small_alpha, const Mask& small_unknown) {
  const Mask band = near_undecided(small_unknown);
  Plane alpha(small_alpha.size.pixels());
  for (std::size_t i = 0; i < alpha.size(); ++i)
    alpha[i] = static_cast<float>(small_alpha.samples[i]) / 255.0F;
  apply(rgb, model_of(resample(rgb, small_alpha.size, Filter::bilinear), alpha), band, mask);
  return mask;
}

Mask refine_guided(const Image& rgb, const Mask& mask) {
  const Mask small = resample(mask, guided_size(mask.size), Filter::bilinear);
  Mask undecided(small.size, 1);
  for (std::size_t i = 0; i < small.samples.size(); ++i)
    undecided.samples[i] = small.samples[i] > kAllBackground && small.samples[i] < kAllForeground ? 255 : 0;
  Mask out(mask.size, 1);
  std::copy_n(mask.samples.data(), mask.samples.size(), out.samples.data());
  return enlarge_guided(rgb, std::move(out), small, undecided);
}

}  // namespace cutroom::imaging
