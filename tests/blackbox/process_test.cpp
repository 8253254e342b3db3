// Image processing as a caller sees it: the real binary, real HTTP, real photos.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/codec_vips/vips_codec.hpp"
#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"

namespace cutroom::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

const codec_vips::VipsLibrary& vips() {
  static const codec_vips::VipsLibrary library;
  return library;
}

std::string png_of(imaging::Size size, int bands = 3) {
  imaging::Image image(size, bands);
  for (std::size_t i = 0; i < image.samples.size(); ++i) image.samples[i] = static_cast<std::uint8_t>(i * 5);
  return std::string(codec_vips::VipsCodec(vips()).encode(image, {})->view());
}

imaging::Decoded picture(const std::string& file) {
  const Bytes bytes = Bytes::copy_of(std::string_view(file));
  auto decoded = codec_vips::VipsCodec(vips()).decode(bytes.span(), {});
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().text());
  return decoded ? std::move(*decoded) : imaging::Decoded{};
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t j = 0; j < 3; ++j)
      three = (three << 8U) | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      out += i + j <= bytes.size() ? kDigits[(three >> (18 - 6 * j)) & 63U] : '=';
  }
  return out;
}

class ProcessTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    photos = new PhotoServer;
    photos->answer("/wide.png", 200, "image/png", png_of({120, 60}));
    photos->answer("/logo.png", 200, "image/png", png_of({20, 10}));
    data = new TempFolder;
    server = new ServerProcess(data->path(), {"--jobs-backoff-ms", "10"});
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server->terminate(), 0) << "SIGTERM must end the server in order";
    delete server;
    delete data;
    delete photos;
  }

  static std::string url(const std::string& path) { return server->url("/api/image-queue" + path); }
  static Answer queue(const std::string& operations, const std::string& photo = "/wide.png") {
    return post_json(url("/process-queue"), json::value{{"recordId", "r"},
                                                        {"projectId", "p"},
                                                        {"vendorId", "v"},
                                                        {"photoUrl", photos->url(photo)},
                                                        {"operations", json::parse(operations)}});
  }
  static json::value ended(const std::string& id) {
    for (;;) {
      const Answer answer = get(url("/job/" + id));
      EXPECT_EQ(answer.status, 200);
      json::value job = answer.json();
      const auto& state = job.at("state").as_string();
      if (state == "completed" || state == "failed") return job;
    }
  }
  static json::value run(const std::string& operations, const std::string& photo = "/wide.png") {
    const Answer answer = queue(operations, photo);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return ended(std::string(answer.json().at("jobId").as_string()));
  }
  static imaging::Decoded result_of(const json::value& job) {
    EXPECT_EQ(job.at("state"), "completed") << json::serialize(job);
    const Answer asset = get(std::string(job.at("result").at("photoUrl").as_string()));
    EXPECT_EQ(asset.status, 200);
    return picture(asset.body);
  }
  static std::vector<std::string> problems_of(const Answer& answer) {
    std::vector<std::string> out;
    const json::value said = answer.json();
    for (const json::value& detail : said.at("details").as_array())
      out.push_back(std::string(detail.at("field").as_string()) + " " +
                    std::string(detail.at("problem").as_string()));
    return out;
  }

  static PhotoServer* photos;
  static TempFolder* data;
  static ServerProcess* server;
};

PhotoServer* ProcessTest::photos = nullptr;
TempFolder* ProcessTest::data = nullptr;
ServerProcess* ProcessTest::server = nullptr;

TEST_F(ProcessTest, queues_a_photo_and_gives_what_was_asked_for) {
  const Answer answer =
      queue(R"([{"type":"resize","width":30,"height":30},{"type":"format","format":"webp","quality":70}])");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json::value said = answer.json();
  EXPECT_EQ(said.at("success"), true);
  EXPECT_EQ(said.at("recordId"), "r");
  EXPECT_EQ(said.at("message"), "Job queued for processing");
  EXPECT_GE(said.at("estimatedTime").to_number<int>(), 1);

  const json::value job = ended(std::string(said.at("jobId").as_string()));
  EXPECT_EQ(job.at("data").at("operations").at(0).at("type"), "resize");
  const imaging::Decoded made = result_of(job);
  EXPECT_EQ(made.rgb.size, (imaging::Size{30, 30}));
  EXPECT_EQ(made.format, "webp");
  const json::value& result = job.at("result");
  EXPECT_EQ(result.at("width").to_number<int>(), 30);
  EXPECT_EQ(result.at("format"), "webp");
  EXPECT_EQ(result.at("quality").to_number<int>(), 70);
  EXPECT_EQ(result.at("source").at("width").to_number<int>(), 120);
  for (const char* step : {"fetchMs", "editMs", "storeMs", "recordMs"})
    EXPECT_TRUE(result.at("timings").as_object().contains(step)) << step;
}

TEST_F(ProcessTest, gives_a_thumbnail_set) {
  const json::value job = run(
      R"([{"type":"thumbnails","sizes":[{"name":"s","width":10},{"name":"m","width":40,"height":40,"format":"jpeg"}]}])");
  EXPECT_EQ(result_of(job).rgb.size, (imaging::Size{120, 60}));
  const json::array& files = job.at("result").at("files").as_array();
  ASSERT_EQ(files.size(), 3U);
  const Answer medium = get(std::string(files[2].at("url").as_string()));
  EXPECT_EQ(medium.headers.at("content-type"), "image/jpeg");
  EXPECT_EQ(picture(medium.body).rgb.size, (imaging::Size{40, 40}));
}

TEST_F(ProcessTest, takes_an_upload_with_operations_as_json) {
  const Answer answer =
      post_form(url("/process-queue"), {{"recordId", "up", ""},
                                        {"operations", R"([{"type":"rotate","degrees":90}])", ""},
                                        {"photo", png_of({8, 4}), "p.png"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(result_of(ended(std::string(answer.json().at("jobId").as_string()))).rgb.size,
            (imaging::Size{4, 8}));
}

TEST_F(ProcessTest, queues_many_photos_with_one_list) {
  json::array records;
  json::array urls;
  for (int i = 0; i < 50; ++i) {
    records.emplace_back(i);
    urls.emplace_back(photos->url("/wide.png"));
  }
  json::object body{{"recordIds", records}, {"photoUrls", urls}, {"vendorId", "bulk"}};
  body["operations"] = json::parse(R"([{"type":"resize","width":12}])");
  const Answer answer = post_json(url("/bulk-process"), json::value(body));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json::value said = answer.json();
  EXPECT_EQ(said.at("count").to_number<int>(), 50);
  EXPECT_EQ(said.at("message"), "Bulk jobs queued for processing");
  for (const json::value& id : said.at("jobIds").as_array())
    EXPECT_EQ(result_of(ended(std::string(id.as_string()))).rgb.size, (imaging::Size{12, 6}));
}

TEST_F(ProcessTest, puts_a_watermark_on_from_an_address_or_from_a_data_uri) {
  const json::value by_url =
      run(R"([{"type":"watermark","imageUrl":")" + photos->url("/logo.png") + R"(","opacity":1}])");
  EXPECT_EQ(result_of(by_url).rgb.size, (imaging::Size{120, 60}));

  const json::value inlined = run(R"([{"type":"watermark","imageUrl":"data:image/png;base64,)" +
                                  base64(png_of({20, 10})) + R"(","opacity":1}])");
  const imaging::Decoded a = result_of(by_url);
  const imaging::Decoded b = result_of(inlined);
  EXPECT_TRUE(
      std::equal(a.rgb.samples.data(), a.rgb.samples.data() + a.rgb.samples.size(), b.rgb.samples.data()));
  // The bytes are kept once, not in the job.
  EXPECT_THAT(std::string(inlined.at("data").at("operations").at(0).at("imageUrl").as_string()),
              HasSubstr("/assets/"));
}

TEST_F(ProcessTest, names_every_problem_before_anything_is_queued) {
  const Answer answer = queue(
      R"([{"type":"resize","width":0},{"type":"blur","sigma":2,"radius":3},{"type":"format","format":"png"},{"type":"format","format":"jpeg"}])");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().at("code"), "invalid_input");
  EXPECT_THAT(
      problems_of(answer),
      testing::ElementsAre("operations[0].width must be a whole number from 1 to 16383",
                           "operations[1].radius is not known; there are type, sigma",
                           "operations[3].type format may be there once, and operations[2] is one already"));

  const Answer none =
      post_json(url("/process-queue"), std::string(R"({"recordId":"r","photoUrl":"http://x/y"})"));
  EXPECT_EQ(none.status, 400);
  EXPECT_THAT(problems_of(none), testing::ElementsAre("operations is required"));
}

TEST_F(ProcessTest, refuses_an_image_from_where_it_must_not_go) {
  const Answer answer = queue(R"([{"type":"flip"},{"type":"watermark","imageUrl":"file:///etc/passwd"}])");
  EXPECT_EQ(answer.status, 403) << answer.body;
  EXPECT_EQ(problems_of(answer).at(0).substr(0, 22), "operations[1].imageUrl");

  const Answer broken = queue(R"([{"type":"watermark","imageUrl":"data:image/png;base64,@@"}])");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(problems_of(broken).at(0).substr(0, 22), "operations[0].imageUrl");
}

TEST_F(ProcessTest, fails_for_good_with_a_reason_where_the_list_does_not_fit_the_photo) {
  const json::value job = run(R"([{"type":"crop","x":100,"y":0,"width":50,"height":10}])");
  EXPECT_EQ(job.at("state"), "failed");
  EXPECT_EQ(job.at("attemptsMade").to_number<int>(), 1);
  EXPECT_THAT(std::string(job.at("failedReason").as_string()),
              HasSubstr("operations[0]: the rectangle of 50 x 10 at 100, 0"));

  const json::value missing =
      run(R"([{"type":"watermark","imageUrl":")" + photos->url("/status/404") + R"("}])");
  EXPECT_EQ(missing.at("state"), "failed");
  EXPECT_THAT(std::string(missing.at("failedReason").as_string()), HasSubstr("operations[0].imageUrl: "));
}

// The options of cut-outs, with the tiny model.
class CutOutOptionsTest : public ProcessTest {
 protected:
  static Answer queue_cut_out(const std::string& options) {
    return post_json(server->url("/api/image-queue/remove-bg-queue"),
                     json::value{{"recordId", "r"},
                                 {"vendorId", "v"},
                                 {"photoUrl", photos->url("/wide.png")},
                                 {"options", json::parse(options)}});
  }
  static json::value cut_out(const std::string& options) {
    const Answer answer = queue_cut_out(options);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return ended(std::string(answer.json().at("jobId").as_string()));
  }
};

TEST_F(CutOutOptionsTest, come_out_in_size_format_and_facts) {
  const json::value placed = cut_out(
      R"({"canvas":{"width":90,"height":70,"position":"bottom"},"shadow":true,"format":"webp","refine":"guided"})");
  EXPECT_EQ(result_of(placed).rgb.size, (imaging::Size{90, 70}));
  const json::value& result = placed.at("result");
  EXPECT_EQ(result.at("format"), "webp");
  EXPECT_EQ(result.at("refine"), "guided");
  EXPECT_TRUE(result.as_object().contains("confidence"));
  EXPECT_TRUE(result.as_object().contains("model"));
  EXPECT_TRUE(result.at("timings").as_object().contains("refineMs"));
  EXPECT_EQ(result.at("source").at("width").to_number<int>(), 120);

  EXPECT_EQ(cut_out(R"({"refine":"matting"})").at("state"), "completed");
  const json::value on_image =
      cut_out(R"({"format":"jpeg","backgroundImageUrl":")" + photos->url("/logo.png") + R"("})");
  EXPECT_EQ(result_of(on_image).rgb.size, (imaging::Size{120, 60}));
}

TEST_F(CutOutOptionsTest, give_colours_and_mask_in_a_zip) {
  const json::value job = cut_out(R"({"zip":true})");
  const Answer asset = get(std::string(job.at("result").at("photoUrl").as_string()));
  EXPECT_EQ(asset.headers.at("content-type"), "application/zip");
  EXPECT_THAT(asset.body, HasSubstr("color.png"));
  EXPECT_THAT(asset.body, HasSubstr("alpha.png"));
}

TEST_F(CutOutOptionsTest, are_checked_before_anything_is_queued) {
  const Answer answer = queue_cut_out(R"({"zip":true,"background":"#fff000","canvas":{"width":1}})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(problems_of(answer),
              testing::UnorderedElementsAre("options.canvas.height is required",
                                            "options.canvas.width must be a whole number from 16 to 10000",
                                            "options.background must not be there together with zip"));
}

TEST_F(CutOutOptionsTest, name_the_model_that_is_there_where_another_is_asked_for) {
  const Answer answer = queue_cut_out(R"({"model":"u2net"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(problems_of(answer),
              testing::ElementsAre("options.model is not a model of this server; allowed: tiny"));
  EXPECT_EQ(cut_out(R"({"model":"tiny"})").at("state"), "completed");
}

TEST_F(ProcessTest, counts_the_queue_in_the_stats) {
  run(R"([{"type":"flop"}])");
  const json::value stats = get(url("/queue-stats")).json();
  EXPECT_GE(stats.at("imageProcessing").at("completed").to_number<int>(), 1);
}

}  // namespace
}  // namespace cutroom::test
