#include "engine/cut_out_input.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cut_out_order.hpp"
#include "engine/order_urls.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

// What is wrong with these options, as "field problem"; one at most.
std::string problem_of(const std::string& options) {
  Problems problems;
  read_cut_out_options(json::parse(options).as_object(), problems);
  if (problems.empty()) return "";
  if (problems.size() > 1) return std::to_string(problems.size()) + " problems";
  return problems[0].field + " " + problems[0].problem;
}

imaging::CutOutOptions all() {
  return {.format = imaging::Format::avif,
          .quality = 55,
          .background = imaging::Rgb{1, 2, 3},
          .crop_margin = 0.25,
          .canvas = imaging::Canvas{.size = {300, 200}, .scale = 0.5, .place = imaging::Place::bottom},
          .shadow =
              imaging::Shadow{
                  .opacity = 0.3, .blur = 0.01, .offset_x = -0.1, .offset_y = 0.2, .colour = {9, 8, 7}},
          .refine = imaging::Refine::matting,
          .model = "isnet-imgly-medium"};
}

TEST(CutOutInput, reads_back_what_an_order_was_written_as) {
  EXPECT_EQ(cut_out_options_from(cut_out_order_of(all())), all());
  imaging::CutOutOptions zip{.decontaminate = false, .zip = true, .shadow = imaging::Shadow{}};
  EXPECT_EQ(cut_out_options_from(cut_out_order_of(zip)), zip);
  EXPECT_EQ(cut_out_options_from(cut_out_order_of({.background_url = "https://x/y"})),
            (imaging::CutOutOptions{.background_url = "https://x/y"}));
  EXPECT_TRUE(cut_out_order_of({}).empty());
}

TEST(CutOutInput, takes_true_for_what_has_good_defaults) {
  Problems problems;
  const auto options =
      read_cut_out_options(json::parse(R"({"shadow":true,"cropToSubject":true})").as_object(), problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(options.shadow, imaging::Shadow{});
  EXPECT_EQ(options.crop_margin, 0.0);
  EXPECT_EQ(problem_of(R"({"shadow":false,"cropToSubject":null})"), "");
}

TEST(CutOutInput, names_the_field_of_every_wrong_value) {
  EXPECT_EQ(problem_of(R"({"format":"bmp"})"), "options.format must be one of png, webp, avif, jpeg, jpg");
  EXPECT_EQ(problem_of(R"({"quality":0})"), "options.quality must be a whole number from 1 to 100");
  EXPECT_THAT(problem_of(R"({"background":"#12345678"})"), HasSubstr("options.background must be"));
  EXPECT_THAT(problem_of(R"({"backgroundImageUrl":7})"),
              HasSubstr("options.backgroundImageUrl must be a text"));
  EXPECT_EQ(problem_of(R"({"zip":"yes"})"), "options.zip must be true or false");
  EXPECT_EQ(problem_of(R"({"cropToSubject":0.1})"), "options.cropToSubject must be true or an object");
  EXPECT_EQ(problem_of(R"({"cropToSubject":{"margin":2}})"),
            "options.cropToSubject.margin must be a number from 0 to 1");
  EXPECT_EQ(problem_of(R"({"canvas":true})"), "options.canvas must be an object with width and height");
  EXPECT_EQ(problem_of(R"({"canvas":{"width":100}})"), "options.canvas.height is required");
  EXPECT_EQ(problem_of(R"({"canvas":{"width":100,"height":10001}})"),
            "options.canvas.height must be a whole number from 16 to 10000");
  EXPECT_EQ(problem_of(R"({"canvas":{"width":9000,"height":9000}})"),
            "options.canvas.width must be at most 50 million pixels together with height");
  EXPECT_EQ(problem_of(R"({"canvas":{"width":100,"height":100,"scale":0}})"),
            "options.canvas.scale must be a number from 0.05 to 1");
  EXPECT_THAT(problem_of(R"({"canvas":{"width":100,"height":100,"position":"attention"}})"),
              HasSubstr("options.canvas.position must be one of center"));
  EXPECT_EQ(problem_of(R"({"shadow":{"blur":1}})"), "options.shadow.blur must be a number from 0 to 0.25");
  EXPECT_EQ(problem_of(R"({"shadow":{"size":1}})"),
            "options.shadow.size is not known; there are opacity, blur, offsetX, offsetY, colour");
  EXPECT_EQ(problem_of(R"({"refine":"best"})"), "options.refine must be one of none, guided, matting");
  EXPECT_EQ(problem_of(R"({"model":"../x"})"), "options.model must be a model's name");
  EXPECT_THAT(problem_of(R"({"colour":1})"),
              HasSubstr("options.colour is not known; there are format, quality"));
}

TEST(CutOutInput, refuses_what_cannot_be_had_together) {
  EXPECT_EQ(problem_of(R"({"zip":true,"maskOnly":true})"),
            "options.maskOnly must not be there together with zip");
  EXPECT_EQ(problem_of(R"({"background":"#ffffff","backgroundImageUrl":"https://x"})"),
            "options.backgroundImageUrl must not be there together with background");
  EXPECT_EQ(problem_of(R"({"background":"#ffffff","zip":true})"),
            "options.background must not be there together with zip");
  EXPECT_EQ(problem_of(R"({"shadow":true,"maskOnly":true})"),
            "options.shadow must not be there together with maskOnly");
  // As it was before there was more to ask for: read over.
  EXPECT_EQ(problem_of(R"({"background":"#ffffff","maskOnly":true})"), "");
}

TEST(OrderUrls, are_found_in_operations_and_options) {
  json::object work =
      json::parse(
          R"({"operations":[{"type":"flip"},{"imageUrl":"a"},7,{"imageUrl":3}],"options":{"backgroundImageUrl":"b"}})")
          .as_object();
  const auto urls = further_urls(work);
  ASSERT_EQ(urls.size(), 2U);
  EXPECT_EQ(urls[0].field, "operations[1].imageUrl");
  EXPECT_EQ(urls[1].field, "options.backgroundImageUrl");
  EXPECT_FALSE(held_image(work, "a"));
  hold_image(work, "a", "key");
  EXPECT_EQ(held_image(work, "a"), "key");
  EXPECT_FALSE(held_image(work, "b"));
}

}  // namespace
}  // namespace cutroom::engine
