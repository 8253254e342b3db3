#include "imaging/refine_guided.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "imaging/resample.hpp"

namespace cutroom::imaging {
namespace {

// A disc of another colour on a ground, hard-edged, at full size, and its mask as a model sees it: from a
// copy of `side / factor`.
struct Photo {
  Image rgb;
  Mask truth;
  Mask coarse;
};

Photo photo(int side, int factor) {
  Photo out{Image({side, side}, 3), Mask({side, side}, 1), {}};
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const bool in = std::hypot(x - side * 0.5, y - side * 0.5) < side * 0.3;
      out.truth.row(y)[x] = in ? 255 : 0;
      const int grain = (x * 7 + y * 13) % 9;
      std::uint8_t* pixel = out.rgb.row(y) + 3 * x;
      pixel[0] = static_cast<std::uint8_t>((in ? 200 : 60) + grain);
      pixel[1] = static_cast<std::uint8_t>((in ? 90 : 110) + grain);
      pixel[2] = static_cast<std::uint8_t>((in ? 70 : 160) + grain);
    }
  }
  const Size small{side / factor, side / factor};
  out.coarse = resample(resample(out.truth, small, Filter::bilinear), out.truth.size, Filter::bilinear);
  return out;
}

double off(const Mask& mask, const Mask& truth) {
  double sum = 0;
  for (std::size_t i = 0; i < mask.samples.size(); ++i) sum += std::abs(mask.samples[i] - truth.samples[i]);
  return sum / static_cast<double>(mask.samples.size());
}

TEST(RefineGuided, fits_a_soft_mask_to_the_photos_edges) {
  const Photo it = photo(512, 2);
  const Mask refined = refine_guided(it.rgb, it.coarse);
  EXPECT_LT(off(refined, it.truth), 0.5 * off(it.coarse, it.truth));
}

TEST(RefineGuided, does_so_at_full_size_though_it_computes_on_a_small_copy) {
  const Photo it = photo(2048, 4);
  EXPECT_EQ(guided_size({2048, 2048}), (Size{1024, 1024}));
  const Mask refined = refine_guided(it.rgb, it.coarse);
  EXPECT_LT(off(refined, it.truth), 0.5 * off(it.coarse, it.truth));
}

TEST(RefineGuided, leaves_what_is_decided_as_it_is) {
  const Photo it = photo(512, 2);
  const Mask refined = refine_guided(it.rgb, it.coarse);
  EXPECT_EQ(refined.row(256)[256], 255);
  EXPECT_EQ(refined.row(5)[5], 0);
  Mask all(it.truth.size, 1);
  std::fill_n(all.samples.data(), all.samples.size(), std::uint8_t{255});
  const Mask same = refine_guided(it.rgb, all);
  EXPECT_TRUE(std::equal(all.samples.data(), all.samples.data() + all.samples.size(), same.samples.data()));
}

}  // namespace
}  // namespace cutroom::imaging
