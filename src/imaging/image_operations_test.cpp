#include "imaging/image_operations.hpp"

#include <gtest/gtest.h>

namespace cutroom::imaging {
namespace {

Resize to(int width, int height, ResizeFit fit, bool without_enlargement = false) {
  return {.width = width, .height = height, .fit = fit, .without_enlargement = without_enlargement};
}

TEST(Fitted, covers_a_box_and_cuts_what_sticks_out) {
  EXPECT_EQ(fitted({400, 200}, to(100, 100, ResizeFit::cover)), (Fitted{{200, 100}, {100, 100}}));
}

TEST(Fitted, contains_the_whole_picture_in_a_box) {
  EXPECT_EQ(fitted({400, 200}, to(100, 100, ResizeFit::contain)), (Fitted{{100, 50}, {100, 100}}));
}

TEST(Fitted, fills_a_box_whatever_the_aspect) {
  EXPECT_EQ(fitted({400, 200}, to(100, 100, ResizeFit::fill)), (Fitted{{100, 100}, {100, 100}}));
}

TEST(Fitted, stays_inside_or_reaches_outside_without_cropping) {
  EXPECT_EQ(fitted({400, 200}, to(100, 100, ResizeFit::inside)), (Fitted{{100, 50}, {100, 50}}));
  EXPECT_EQ(fitted({400, 200}, to(100, 100, ResizeFit::outside)), (Fitted{{200, 100}, {200, 100}}));
}

TEST(Fitted, follows_the_aspect_where_one_side_is_given) {
  EXPECT_EQ(fitted({400, 200}, {.width = 100}), (Fitted{{100, 50}, {100, 50}}));
  EXPECT_EQ(fitted({400, 200}, {.height = 100}), (Fitted{{200, 100}, {200, 100}}));
}

TEST(Fitted, does_not_enlarge_where_it_must_not) {
  EXPECT_EQ(fitted({40, 20}, to(100, 100, ResizeFit::cover, true)), (Fitted{{40, 20}, {40, 20}}));
  EXPECT_EQ(fitted({40, 20}, to(100, 10, ResizeFit::cover, true)), (Fitted{{40, 20}, {40, 10}}));
  EXPECT_EQ(fitted({40, 20}, to(100, 100, ResizeFit::contain, true)), (Fitted{{40, 20}, {100, 100}}));
  EXPECT_EQ(fitted({40, 20}, to(100, 10, ResizeFit::fill, true)), (Fitted{{40, 10}, {40, 10}}));
  EXPECT_EQ(fitted({40, 20}, {.width = 100, .without_enlargement = true}), (Fitted{{40, 20}, {40, 20}}));
}

TEST(Fitted, is_never_empty) {
  EXPECT_EQ(fitted({4000, 3}, {.width = 10}), (Fitted{{10, 1}, {10, 1}}));
  EXPECT_EQ(fitted({1, 1000}, to(1, 1, ResizeFit::inside)), (Fitted{{1, 1}, {1, 1}}));
}

TEST(OffsetOf, knows_the_nine_places) {
  const Size inner{10, 10};
  const Size outer{30, 20};
  EXPECT_EQ(offset_of(Place::centre, inner, outer), (Offset{10, 5}));
  EXPECT_EQ(offset_of(Place::top_left, inner, outer), (Offset{0, 0}));
  EXPECT_EQ(offset_of(Place::bottom_right, inner, outer), (Offset{20, 10}));
  EXPECT_EQ(offset_of(Place::left, inner, outer), (Offset{0, 5}));
  EXPECT_EQ(offset_of(Place::top, inner, outer), (Offset{10, 0}));
}

TEST(Colour, is_read_in_every_form_that_is_documented) {
  EXPECT_EQ(colour_from("#0a0B0c"), (Rgba{10, 11, 12, 255}));
  EXPECT_EQ(colour_from("#0a0b0c80"), (Rgba{10, 11, 12, 128}));
  EXPECT_EQ(colour_from("1, 2,255"), (Rgba{1, 2, 255, 255}));
  EXPECT_EQ(colour_from("transparent"), (Rgba{0, 0, 0, 0}));
  for (const char* wrong : {"", "#", "#12345", "#gggggg", "1,2", "1,2,3,4", "1,2,256", "red", "-1,2,3"})
    EXPECT_FALSE(colour_from(wrong)) << wrong;
}

TEST(Colour, is_written_as_it_is_read) {
  for (const char* text : {"#0a0b0c", "#ffffff00", "#01020380"})
    EXPECT_EQ(to_string(*colour_from(text)), text);
}

}  // namespace
}  // namespace cutroom::imaging
