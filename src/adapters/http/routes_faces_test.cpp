#include <gmock/gmock.h>

#include "adapters/http/routes_fixture.hpp"
#include "engine/vendor_presets.hpp"

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
  ASSERT_EQ(test.store.jobs.size(), 1U);
  EXPECT_EQ(test.store.jobs[0].queue, "face-crop");
  EXPECT_EQ(test.store.jobs[0].priority, 3);
  const json::value data = json::parse(test.store.jobs[0].payload_json);
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
  for (const jobs::Job& job : test.store.jobs) {
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
  EXPECT_TRUE(test.store.jobs.empty());
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
  const json::value data = json::parse(test.store.jobs.at(0).payload_json);
  EXPECT_EQ(data.at("mode"), "passport");
  EXPECT_EQ(data.at("options").at("strict"), true);
}

// The fields of a preset's file.
constexpr const char* kBadge = R"({"title":"Badge","size_px":[300,400],"altering":"forbidden",
    "head":{"height":0.5,"height_range":[0.4,0.6],"top":0.2}})";

class OwnPresets : public FaceRoutes {
 protected:
  OwnPresets() {
    admin({.verb = Verb::post, .path = "/api/admin/vendors", .body = R"({"id":"acme"})"});
    admin({.verb = Verb::post, .path = "/api/admin/vendors", .body = R"({"id":"other"})"});
  }
  Response admin(Request request) {
    request.headers.x_api_key = "the-admin-key";
    return ask(std::move(request));
  }
  Response put(const std::string& name, std::string body, const std::string& vendor = "acme") {
    return admin({.verb = Verb::put,
                  .path = "/api/admin/vendors/" + vendor + "/presets/" + name,
                  .body = std::move(body)});
  }
  Response crop_as(const std::string& vendor, const std::string& mode, const std::string& more = "") {
    return admin({.verb = Verb::post,
                  .path = "/api/image-queue/crop-face-queue",
                  .body = R"({"recordId":1,"photoUrl":"http://x/a.jpg","vendorId":")" + vendor +
                          R"(","mode":")" + mode + "\"" + more + "}"});
  }
  const Api& api() override { return with_admin.api; }
  TestApi with_admin{io.get_executor(), true, {}, {.limits = {}, .admin_key = "the-admin-key"}};
};

TEST_F(OwnPresets, are_put_listed_and_deleted) {
  ASSERT_EQ(put("badge", kBadge).status, 200);
  const json::object listed = body_of(admin({.verb = Verb::get, .path = "/api/admin/vendors/acme/presets"}));
  ASSERT_EQ(listed.at("presets").as_array().size(), 1U);
  EXPECT_EQ(listed.at("presets").at(0).at("name"), "badge");
  EXPECT_EQ(listed.at("presets").at(0).at("preset"), json::parse(kBadge));
  const auto remove = [this] {
    return admin({.verb = Verb::del, .path = "/api/admin/vendors/acme/presets/badge"}).status;
  };
  EXPECT_EQ(remove(), 204);
  EXPECT_EQ(remove(), 404);
  EXPECT_EQ(put("badge", kBadge, "nobody").status, 404);
  EXPECT_EQ(admin({.verb = Verb::get, .path = "/api/admin/vendors/nobody/presets"}).status, 404);
}

TEST_F(OwnPresets, are_the_vendors_alone_and_go_with_its_jobs) {
  ASSERT_EQ(put("badge", kBadge).status, 200);
  ASSERT_EQ(crop_as("acme", "badge").status, 200);
  const json::value data = json::parse(with_admin.store.jobs.at(0).payload_json);
  EXPECT_EQ(data.at("mode"), "badge");
  EXPECT_EQ(data.at("preset"), json::parse(kBadge));
  const Response refused = crop_as("other", "badge");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(body_of(refused).at("details").at(0).at("field"), "mode");
  EXPECT_EQ(crop_as("acme", "passport").status, 200) << "it has all others too";
  EXPECT_FALSE(json::parse(with_admin.store.jobs.at(1).payload_json).as_object().contains("preset"));
}

TEST_F(OwnPresets, come_before_those_of_all_with_their_rules) {
  ASSERT_EQ(put("passport", kBadge).status, 200);
  EXPECT_EQ(crop_as("acme", "passport", R"(,"options":{"background":"#ffffff"})").status, 400);
  EXPECT_EQ(crop_as("other", "passport", R"(,"options":{"background":"#ffffff"})").status, 200);
  const json::object of_acme =
      body_of(admin({.verb = Verb::get, .path = "/api/image-queue/presets", .query = "vendorId=acme"}));
  const json::array& presets = of_acme.at("presets").as_array();
  ASSERT_EQ(presets.size(), 2U);
  EXPECT_EQ(presets[0].at("title"), "Badge");
  EXPECT_EQ(presets[0].at("own"), true);
  const json::object of_other =
      body_of(admin({.verb = Verb::get, .path = "/api/image-queue/presets", .query = "vendorId=other"}));
  EXPECT_FALSE(of_other.at("presets").at(1).as_object().contains("own"));
}

TEST_F(OwnPresets, are_refused_with_each_field_that_is_wrong) {
  const auto fields_of = [this](const std::string& name, const std::string& body) {
    const Response response = put(name, body);
    EXPECT_EQ(response.status, 400) << body;
    std::vector<std::string> fields;
    const json::object said = body_of(response);
    for (const json::value& detail : said.at("details").as_array())
      fields.emplace_back(detail.at("field").as_string());
    return fields;
  };
  using testing::ElementsAre;
  EXPECT_THAT(fields_of("badge", "{}"), ElementsAre("size_px", "head"));
  EXPECT_THAT(fields_of("Badge!", kBadge), ElementsAre("name"));
  EXPECT_THAT(fields_of("badge", R"({"size_px":[300,400],"colour":1,"head":{"height":"x","top":0.2}})"),
              ElementsAre("head.height", "head.height", "head.height_range", "colour"));
  EXPECT_THAT(fields_of("badge", R"({"sizepx":[300,400],"head":{}})"), ElementsAre("size_px", "sizepx"));
  const std::string long_title(5'000, 'x');
  EXPECT_THAT(fields_of("badge", R"({"title":")" + long_title + R"(","size_px":[300,400],
      "head":{"height":0.5,"height_range":[0.4,0.6],"top":0.2}})"),
              ElementsAre("preset"));
  EXPECT_EQ(put("badge", "[]").status, 400);
}

TEST_F(OwnPresets, are_so_many_at_most) {
  for (std::size_t i = 0; i < engine::kOwnPresetsMax; ++i)
    ASSERT_EQ(put("badge-" + std::to_string(i), kBadge).status, 200);
  EXPECT_EQ(put("one-more", kBadge).status, 409);
  EXPECT_EQ(put("badge-7", kBadge).status, 200) << "one that is there may change";
}

TEST_F(OwnPresets, leave_a_vendors_defaults_out_where_they_forbid_them) {
  const auto set = [this](const std::string& options) {
    return admin({.verb = Verb::patch,
                  .path = "/api/admin/vendors/acme",
                  .body = R"({"defaultOptions":{"faceCrop":)" + options + "}}"});
  };
  ASSERT_EQ(set(R"({"background":"#ffffff","quality":80,"priority":7})").status, 200);
  ASSERT_EQ(crop_as("acme", "official").status, 200) << "who sent it has asked for no background";
  const jobs::Job& job = with_admin.store.jobs.at(0);
  EXPECT_EQ(json::parse(job.payload_json).at("options"), (json::value{{"quality", 80}}));
  EXPECT_EQ(job.priority, 7);
  ASSERT_EQ(crop_as("acme", "passport").status, 200);
  EXPECT_EQ(json::parse(with_admin.store.jobs.at(1).payload_json).at("options").at("background"), "#ffffff");
  const Response refused = crop_as("acme", "official", R"(,"options":{"background":"#ffffff"})");
  EXPECT_EQ(refused.status, 400) << "here it was asked for";
  const Response wrong = crop_as("acme", "official", R"(,"options":{"colour":1})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(body_of(wrong).at("details").as_array().size(), 1U) << "the request's own mistakes alone";
  const Response unknown = set(R"({"bakground":"#ffffff"})");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(body_of(unknown).at("details").at(0).at("field"), "defaultOptions.faceCrop.bakground");
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
