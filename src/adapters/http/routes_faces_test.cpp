#include <gmock/gmock.h>

#include "adapters/http/routes_fixture.hpp"

namespace cutroom::http {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

class FaceRoutes : public Routes {
 protected:
  Response crop(const std::string& body) { return post("/api/image-queue/crop-face-queue", body); }
};

TEST_F(FaceRoutes, queue_one_photo_with_its_mode_and_options) {
  const Response response =
      crop(R"({"recordId":"r1","photoUrl":"http://x/a.jpg","mode":"passport","vendorId":"acme",
              "options":{"format":"png","background":"255, 255,255","allowTilted":true,"priority":3}})");
  ASSERT_EQ(response.status, 200) << response.text();
  EXPECT_EQ(body_of(response).at("recordId"), "r1");
  ASSERT_EQ(test_.store.jobs.size(), 1U);
  EXPECT_EQ(test_.store.jobs[0].queue, "face-crop");
  EXPECT_EQ(test_.store.jobs[0].priority, 3);
  const json::value data = json::parse(test_.store.jobs[0].payload_json);
  EXPECT_EQ(data.at("mode"), "passport");
  EXPECT_EQ(data.at("options"),
            (json::value{{"format", "png"}, {"background", "#ffffff"}, {"allowTilted", true}}));
}

TEST_F(FaceRoutes, queue_many_photos_with_one_mode) {
  const Response response =
      post("/api/image-queue/bulk-crop-face",
           R"({"recordIds":[1,2],"photoUrls":["http://x/a","http://x/b"],"mode":"official"})");
  ASSERT_EQ(response.status, 200) << response.text();
  EXPECT_EQ(body_of(response).at("count").to_number<int>(), 2);
  for (const jobs::Job& job : test_.store.jobs) {
    EXPECT_EQ(job.queue, "face-crop");
    EXPECT_EQ(json::parse(job.payload_json).at("mode"), "official");
  }
}

TEST_F(FaceRoutes, name_the_modes_where_it_is_missing_or_unknown) {
  for (const char* mode : {"", R"(,"mode":"")", R"(,"mode":"none")", R"(,"mode":7)", R"(,"mode":null)"}) {
    const Response response =
        crop(std::string(R"({"recordId":"r1","photoUrl":"http://x/a.jpg")") + mode + "}");
    EXPECT_EQ(response.status, 400) << mode;
    const json::object said = body_of(response);
    EXPECT_EQ(said.at("details").at(0).at("field"), "mode") << mode;
    EXPECT_THAT(std::string(said.at("details").at(0).at("problem").as_string()),
                HasSubstr("official, passport"));
  }
  EXPECT_TRUE(test_.store.jobs.empty());
}

TEST_F(FaceRoutes, refuse_to_alter_a_photo_for_an_office_that_forbids_it) {
  const Response response = crop(
      R"({"recordId":"r1","photoUrl":"http://x/a.jpg","mode":"official","options":{"background":"#ffffff"}})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(body_of(response).at("details").at(0).at("field"), "options.background");
}

TEST_F(FaceRoutes, name_each_wrong_option) {
  const std::pair<const char*, const char*> wrong[] = {{R"({"format":"gif"})", "options.format"},
                                                       {R"({"quality":0})", "options.quality"},
                                                       {R"({"quality":"80"})", "options.quality"},
                                                       {R"({"background":"1,2"})", "options.background"},
                                                       {R"({"background":"1,2,3,4"})", "options.background"},
                                                       {R"({"strict":1})", "options.strict"},
                                                       {R"({"maskOnly":true})", "options.maskOnly"}};
  for (const auto& [options, field] : wrong) {
    const Response response =
        crop(std::string(R"({"recordId":"r1","photoUrl":"http://x/a.jpg","mode":"passport","options":)") +
             options + "}");
    EXPECT_EQ(response.status, 400) << options;
    EXPECT_EQ(body_of(response).at("details").at(0).at("field"), field) << options;
  }
}

TEST_F(FaceRoutes, take_a_form_with_the_photo_itself) {
  Request request{.verb = Verb::post, .path = "/api/image-queue/crop-face-queue"};
  request.headers.content_type = "multipart/form-data; boundary=b";
  request.body =
      "--b\r\ncontent-disposition: form-data; name=\"recordId\"\r\n\r\nr\r\n"
      "--b\r\ncontent-disposition: form-data; name=\"mode\"\r\n\r\npassport\r\n"
      "--b\r\ncontent-disposition: form-data; name=\"strict\"\r\n\r\ntrue\r\n"
      "--b\r\ncontent-disposition: form-data; name=\"photo\"; "
      "filename=\"a.jpg\"\r\n\r\n\xFF\xD8\xFF\r\n--b--\r\n";
  const Response response = ask(std::move(request));
  ASSERT_EQ(response.status, 200) << response.text();
  const json::value data = json::parse(test_.store.jobs.at(0).payload_json);
  EXPECT_EQ(data.at("mode"), "passport");
  EXPECT_EQ(data.at("options").at("strict"), true);
}

TEST_F(FaceRoutes, list_the_presets) {
  const json::object said = body_of(get("/api/image-queue/presets"));
  const json::array& presets = said.at("presets").as_array();
  ASSERT_EQ(presets.size(), 2U);
  EXPECT_EQ(presets[0].at("name"), "official");
  EXPECT_EQ(presets[0].at("backgroundMayBeReplaced"), false);
  EXPECT_EQ(presets[1].at("widthPx").to_number<int>(), 413);
}

}  // namespace
}  // namespace cutroom::http
