#include "imaging/pixel_set.hpp"

#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

using Points = std::set<std::pair<int, int>>;  // y, x

// Runs that begin, end and cross at the words' borders, and some single pixels.
Points sample_points(Size size) {
  Points points;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool in_run = y % 3 == 0 && (x < 3 || (x >= 60 && x < 130) || x >= size.width - 2);
      if (in_run || (x * 7 + y * 13) % 29 == 0) points.emplace(y, x);
    }
  }
  return points;
}

PixelSet set_of(Size size, const Points& points) {
  PixelSet set(size);
  for (const auto& [y, x] : points)
    set.row(y)[static_cast<std::size_t>(x) / 64] |= PixelSet::Word{1} << (x & 63);
  set.number();
  return set;
}

Points points_of(const PixelSet& set) {
  Points points;
  set.for_each_run([&](int y, int begin, int length) {
    for (int x = begin; x < begin + length; ++x) points.emplace(y, x);
  });
  return points;
}

TEST(PixelSet, numbers_pixels_row_by_row) {
  const Size size{200, 9};
  const Points points = sample_points(size);
  const PixelSet set = set_of(size, points);
  EXPECT_EQ(set.count(), points.size());
  std::size_t number = 0;
  for (const auto& [y, x] : points) {
    EXPECT_TRUE(set.contains(x, y));
    EXPECT_EQ(set.number_of(x, y), number++);
  }
  EXPECT_FALSE(set.contains(4, 0));
}

TEST(PixelSet, gives_maximal_runs_in_order_at_every_width) {
  for (const int width : {1, 2, 63, 64, 65, 127, 128, 129, 192, 200}) {
    const Size size{width, 9};
    const Points points = sample_points(size);
    const PixelSet set = set_of(size, points);
    EXPECT_EQ(points_of(set), points) << width;
    std::pair<int, int> previous_end{-1, 0};
    set.for_each_run([&](int y, int begin, int length) {
      EXPECT_LT(previous_end, std::pair(y, begin)) << "runs that touch should be one";
      previous_end = {y, begin + length};
    });
  }
}

TEST(PixelSet, grows_by_the_four_neighbours_and_not_over_the_edge) {
  for (const int width : {1, 64, 65, 128, 200}) {
    const Size size{width, 9};
    const Points points = sample_points(size);
    Points grown = points;
    for (const auto& [y, x] : points) {
      for (const auto& [ny, nx] :
           {std::pair(y - 1, x), std::pair(y + 1, x), std::pair(y, x - 1), std::pair(y, x + 1)}) {
        if (ny >= 0 && ny < size.height && nx >= 0 && nx < size.width) grown.emplace(ny, nx);
      }
    }
    EXPECT_EQ(points_of(with_neighbours(set_of(size, points))), grown) << width;
  }
}

}  // namespace
}  // namespace cutroom::imaging
