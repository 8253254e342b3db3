#include "engine/image_order.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using imaging::Format;
using testing::HasSubstr;

Result<imaging::ImageOperations> read(const std::string& operations) {
  return image_order_from(json::parse("{\"operations\":" + operations + "}").as_object());
}

// Every problem as "field problem".
std::vector<std::string> problems_of(const std::string& operations) {
  const auto order = read(operations);
  std::vector<std::string> out;
  if (order) return out;
  for (const FieldProblem& problem : order.error().fields)
    out.push_back(problem.field + " " + problem.problem);
  return out;
}

// What is wrong with this list of one operation, without "operations[0].".
std::string problem_of(const std::string& operation) {
  const auto problems = problems_of("[" + operation + "]");
  if (problems.size() != 1) return std::to_string(problems.size()) + " problems";
  const std::string prefix = "operations[0].";
  return problems[0].starts_with(prefix) ? problems[0].substr(prefix.size()) : problems[0];
}

template <class Step>
Step step(const imaging::ImageOperations& operations, std::size_t at) {
  return std::get<Step>(operations.steps.at(at).what);
}

TEST(ImageOrder, reads_every_kind_of_step_in_its_order) {
  const auto order = read(R"([
    {"type":"resize","width":300,"height":200,"fit":"contain","background":"#00000000","withoutEnlargement":true},
    {"type":"crop","x":1,"y":2,"width":30,"height":20},
    {"type":"crop","width":30,"height":20,"position":"attention"},
    {"type":"rotate","degrees":-90.5,"background":"#ff0000"},
    {"type":"flip"},{"type":"flop"},
    {"type":"background","colour":"1,2,3"},
    {"type":"pad","all":5,"left":7,"background":"#fff00080"},
    {"type":"extend","width":100,"height":50,"position":"top-left"},
    {"type":"trim","threshold":20,"background":"#ffffff"},
    {"type":"sharpen","sigma":1.5,"amount":2},
    {"type":"blur","sigma":3},
    {"type":"watermark","text":"Acme","position":"bottom-left","opacity":0.8,"size":0.3,"colour":"#000000"},
    {"type":"watermark","imageUrl":"https://x/logo.png","tile":true}
  ])");
  ASSERT_TRUE(order) << order.error().text();
  ASSERT_EQ(order->steps.size(), 14U);
  EXPECT_EQ(
      step<imaging::Resize>(*order, 0),
      (imaging::Resize{
          .width = 300, .height = 200, .fit = imaging::ResizeFit::contain, .without_enlargement = true}));
  EXPECT_EQ(step<imaging::Crop>(*order, 1),
            (imaging::Crop{.corner = imaging::Offset{1, 2}, .width = 30, .height = 20}));
  EXPECT_EQ(step<imaging::Crop>(*order, 2).focus, imaging::Focus::attention);
  EXPECT_EQ(step<imaging::Rotate>(*order, 3),
            (imaging::Rotate{.degrees = -90.5, .background = {255, 0, 0, 255}}));
  EXPECT_TRUE(step<imaging::Mirror>(*order, 4).upside_down);
  EXPECT_FALSE(step<imaging::Mirror>(*order, 5).upside_down);
  EXPECT_EQ(step<imaging::Flatten>(*order, 6).background, (imaging::Rgb{1, 2, 3}));
  EXPECT_EQ(step<imaging::Pad>(*order, 7), (imaging::Pad{5, 5, 5, 7, {255, 240, 0, 128}}));
  EXPECT_EQ(step<imaging::Extend>(*order, 8),
            (imaging::Extend{.width = 100, .height = 50, .place = imaging::Place::top_left}));
  EXPECT_EQ(step<imaging::Trim>(*order, 9),
            (imaging::Trim{.threshold = 20, .background = imaging::Rgb{255, 255, 255}}));
  EXPECT_EQ(step<imaging::Sharpen>(*order, 10), (imaging::Sharpen{.sigma = 1.5, .amount = 2}));
  EXPECT_EQ(step<imaging::Blur>(*order, 11), (imaging::Blur{.sigma = 3}));
  EXPECT_EQ(step<imaging::Watermark>(*order, 12), (imaging::Watermark{.text = "Acme",
                                                                      .place = imaging::Place::bottom_left,
                                                                      .opacity = 0.8,
                                                                      .size = 0.3,
                                                                      .colour = {0, 0, 0}}));
  EXPECT_TRUE(step<imaging::Watermark>(*order, 13).tile);
}

TEST(ImageOrder, reads_what_comes_out) {
  const auto order = read(R"([
    {"type":"format","format":"webp","quality":70,"maxBytes":50000},
    {"type":"metadata","keep":true},
    {"type":"thumbnails","sizes":[{"name":"s","width":100},{"name":"m","width":300,"height":300,"format":"jpg","quality":60}]}
  ])");
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(order->output,
            (imaging::OutputFormat{
                .format = Format::webp, .quality = 70, .bytes_max = 50'000, .keep_metadata = true}));
  ASSERT_EQ(order->thumbnails.size(), 2U);
  EXPECT_EQ(order->thumbnails[0].name, "s");
  EXPECT_EQ(order->thumbnails[0].resize.width, 100);
  EXPECT_EQ(order->thumbnails[1].format, Format::jpeg);
  EXPECT_EQ(order->thumbnails[1].quality, 60);
}

TEST(ImageOrder, remembers_where_a_step_stood_in_the_callers_list) {
  const auto order = read(R"([{"type":"format","format":"png"},{"type":"flip"}])");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->steps.at(0).position, 1U);
}

TEST(ImageOrder, names_all_problems_of_a_list_at_once) {
  const auto problems = problems_of(R"([
    {"type":"resize"},
    {"type":"blur","sigma":0},
    {"type":"spin"},
    7,
    {"type":"crop","width":"wide","height":5,"colour":1}
  ])");
  ASSERT_EQ(problems.size(), 6U);
  EXPECT_EQ(problems[0], "operations[0].width is required, or height");
  EXPECT_EQ(problems[1], "operations[1].sigma must be a number from 0.3 to 250");
  EXPECT_THAT(problems[2], HasSubstr("operations[2].type must be one of resize, crop"));
  EXPECT_EQ(problems[3], "operations[3] must be an object with a type");
  EXPECT_EQ(problems[4], "operations[4].width must be a whole number from 1 to 16383");
  EXPECT_EQ(problems[5], "operations[4].colour is not known; there are type, width, height, x, y, position");
}

TEST(ImageOrder, needs_a_list_of_one_to_thirty_two) {
  const auto said = [](const char* body) {
    return image_order_from(json::parse(body).as_object()).error().text();
  };
  EXPECT_EQ(said("{}"), "operations is required");
  EXPECT_EQ(said(R"({"operations":null})"), "operations is required");
  EXPECT_EQ(said(R"({"operations":{}})"), "operations must be an array");
  EXPECT_EQ(said(R"({"operations":[]})"), "operations must not be empty");
  std::string many = "[";
  for (int i = 0; i < 33; ++i) many += std::string(i > 0 ? "," : "") + R"({"type":"flip"})";
  EXPECT_EQ(read(many + "]").error().text(), "operations has 33 entries; at most 32 are allowed");
}

TEST(ImageOrder, names_the_field_of_every_wrong_value) {
  EXPECT_EQ(problem_of("{}"), "type is required");
  EXPECT_EQ(problem_of(R"({"type":7})"), "type must be a text of 1 to 64 bytes");
  EXPECT_EQ(problem_of(R"({"type":"resize","width":0})"), "width must be a whole number from 1 to 16383");
  EXPECT_EQ(problem_of(R"({"type":"resize","width":1.5})"), "width must be a whole number from 1 to 16383");
  EXPECT_EQ(problem_of(R"({"type":"resize","height":16384})"),
            "height must be a whole number from 1 to 16383");
  EXPECT_EQ(problem_of(R"({"type":"resize","width":16000,"height":16000})"),
            "width must be at most 50 million pixels together with height");
  EXPECT_EQ(problem_of(R"({"type":"resize","width":5,"fit":"stretch"})"),
            "fit must be one of cover, contain, fill, inside, outside");
  EXPECT_EQ(problem_of(R"({"type":"resize","width":5,"withoutEnlargement":1})"),
            "withoutEnlargement must be true or false");
  EXPECT_EQ(problem_of(R"({"type":"resize","width":5,"background":"#ffffff"})"),
            "background is for fit contain only");
  EXPECT_EQ(problem_of(R"({"type":"resize","width":5,"fit":"inside","position":"top"})"),
            "position is for fit cover and contain only");
  EXPECT_THAT(problem_of(R"({"type":"resize","width":5,"position":"middle"})"),
              HasSubstr("position must be one of center"));
  EXPECT_EQ(problem_of(R"({"type":"crop","width":5})"), "height is required");
  EXPECT_EQ(problem_of(R"({"type":"crop","width":5,"height":5,"x":1})"), "y is required beside the other");
  EXPECT_EQ(problem_of(R"({"type":"crop","width":5,"height":5,"x":1,"y":1,"position":"top"})"),
            "position must not be there together with x and y");
  EXPECT_EQ(problem_of(R"({"type":"rotate"})"), "degrees is required");
  EXPECT_EQ(problem_of(R"({"type":"rotate","degrees":361})"), "degrees must be a number from -360 to 360");
  EXPECT_THAT(problem_of(R"({"type":"rotate","degrees":5,"background":"red"})"),
              HasSubstr("background must be \"#rrggbb\""));
  EXPECT_EQ(problem_of(R"({"type":"flip","width":5})"), "width is not known; there are type");
  EXPECT_EQ(problem_of(R"({"type":"background"})"), "colour is required");
  EXPECT_EQ(problem_of(R"({"type":"background","colour":"#ffffff80"})"),
            "colour must be \"#rrggbb\" or \"r,g,b\" with 0 to 255 each");
  EXPECT_EQ(problem_of(R"({"type":"pad"})"), "all is required, or one of top, right, bottom, left");
  EXPECT_EQ(problem_of(R"({"type":"pad","top":-1})"), "top must be a whole number from 0 to 16383");
  EXPECT_EQ(problem_of(R"({"type":"extend","height":5})"), "width is required");
  EXPECT_EQ(problem_of(R"({"type":"trim","threshold":256})"),
            "threshold must be a whole number from 0 to 255");
  EXPECT_EQ(problem_of(R"({"type":"sharpen","sigma":11})"), "sigma must be a number from 0.3 to 10");
  EXPECT_EQ(problem_of(R"({"type":"sharpen","amount":-1})"), "amount must be a number from 0 to 10");
  EXPECT_EQ(problem_of(R"({"type":"blur"})"), "sigma is required");
  EXPECT_EQ(problem_of(R"({"type":"blur","sigma":251})"), "sigma must be a number from 0.3 to 250");
  EXPECT_EQ(problem_of(R"({"type":"watermark"})"), "text is required, or imageUrl");
  EXPECT_EQ(problem_of(R"({"type":"watermark","text":""})"), "text must be a text of 1 to 200 bytes");
  EXPECT_EQ(problem_of(R"({"type":"watermark","text":"a","imageUrl":"https://x"})"),
            "imageUrl must not be there together with text");
  EXPECT_EQ(problem_of(R"({"type":"watermark","text":"a","opacity":2})"),
            "opacity must be a number from 0 to 1");
  EXPECT_EQ(problem_of(R"({"type":"watermark","text":"a","size":0})"),
            "size must be a number from 0.01 to 1");
  EXPECT_EQ(problem_of(R"({"type":"watermark","imageUrl":"https://x","colour":"#ffffff"})"),
            "colour is for text only");
  EXPECT_EQ(problem_of(R"({"type":"watermark","text":"a","tile":true,"position":"top"})"),
            "position has no meaning together with tile");
  EXPECT_EQ(problem_of(R"({"type":"metadata"})"), "keep is required");
  EXPECT_EQ(problem_of(R"({"type":"format"})"), "format is required, or quality");
  EXPECT_EQ(problem_of(R"({"type":"format","format":"tiff"})"),
            "format must be one of png, jpeg, jpg, webp, avif");
  EXPECT_EQ(problem_of(R"({"type":"format","format":"jpeg","quality":0})"),
            "quality must be a whole number from 1 to 100");
  EXPECT_EQ(problem_of(R"({"type":"format","format":"jpeg","maxBytes":10})"),
            "maxBytes must be a whole number from 1000 to 100000000");
}

TEST(ImageOrder, refuses_what_contradicts_itself) {
  EXPECT_EQ(problem_of(R"({"type":"format","format":"png","quality":80})"),
            "quality has no meaning with png, which loses nothing");
  EXPECT_EQ(problem_of(R"({"type":"format","format":"png","maxBytes":5000})"),
            "maxBytes needs format jpeg, webp or avif");
  EXPECT_EQ(problem_of(R"({"type":"format","quality":80,"maxBytes":5000})"),
            "maxBytes needs format jpeg, webp or avif");
  EXPECT_THAT(
      problems_of(R"([{"type":"format","format":"png"},{"type":"flip"},{"type":"format","format":"jpeg"}])"),
      testing::ElementsAre("operations[2].type format may be there once, and operations[0] is one already"));
  EXPECT_THAT(problems_of(R"([{"type":"metadata","keep":true},{"type":"metadata","keep":false}])"),
              testing::ElementsAre(
                  "operations[1].type metadata may be there once, and operations[0] is one already"));
}

TEST(ImageOrder, names_the_field_in_a_thumbnail) {
  const auto said = [](const std::string& sizes) {
    return problem_of(R"({"type":"thumbnails","sizes":)" + sizes + "}");
  };
  EXPECT_EQ(problem_of(R"({"type":"thumbnails"})"), "sizes is required");
  EXPECT_EQ(said("[]"), "sizes must be an array of 1 to 16 objects");
  EXPECT_EQ(said("[1]"), "sizes[0] must be an object");
  EXPECT_EQ(said(R"([{"width":5}])"), "sizes[0].name is required");
  EXPECT_EQ(said(R"([{"name":"../x","width":5}])"),
            "sizes[0].name must have letters, digits, - and _ only, and not be \"main\"");
  EXPECT_EQ(said(R"([{"name":"a","width":5},{"name":"a","width":6}])"), "sizes[1].name is there twice");
  EXPECT_EQ(said(R"([{"name":"a"}])"), "sizes[0].width is required, or height");
  EXPECT_EQ(said(R"([{"name":"a","width":5,"keep":true}])").substr(0, 29), "sizes[0].keep is not known; t");
}

TEST(ImageOrder, says_no_more_than_twenty_problems) {
  std::string many = "[";
  for (int i = 0; i < 30; ++i) many += std::string(i > 0 ? "," : "") + R"({"type":"blur"})";
  EXPECT_EQ(problems_of(many + "]").size(), 20U);
}

}  // namespace
}  // namespace cutroom::engine
