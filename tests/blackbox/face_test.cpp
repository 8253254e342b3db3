// Face crops as a caller sees them: the real binary, real HTTP, a real photo (./dev setup gets it).
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/codec_vips/vips_codec.hpp"
#include "http_client.hpp"
#include "server_process.hpp"
#include "support/photo_server.hpp"

namespace cutroom::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;

const fs::path kSamples = fs::path(CUTROOM_SOURCE_DIR) / ".deps/samples";

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(in)), {}};
}

imaging::Decoded decoded(const std::string& file) {
  static const codec_vips::VipsLibrary library;
  auto picture = codec_vips::VipsCodec(library).decode(
      std::span(reinterpret_cast<const std::uint8_t*>(file.data()), file.size()), {});
  return picture ? std::move(*picture) : imaging::Decoded{};
}

class FaceApiTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    photos = new PhotoServer;
    for (const char* name : {"astronaut.png", "coffee.png"})
      photos->answer(std::string("/") + name, 200, "image/png", content_of(kSamples / name));
    data = new TempFolder;
    server = new ServerProcess(data->path(), {"--jobs-backoff-ms", "10"});
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server->terminate(), 0) << "SIGTERM must end the server in order";
    delete server;
    delete data;
    delete photos;
  }
  void SetUp() override {
    if (!fs::exists(kSamples / "astronaut.png"))
      GTEST_SKIP() << "needs .deps/samples/astronaut.png, which ./dev setup gets";
  }

  static std::string api(const ServerProcess& of, const std::string& path) {
    return of.url("/api/image-queue/" + path);
  }
  static json::value ended(const ServerProcess& of, const std::string& id) {
    for (;;) {
      const json::value job = get(api(of, "job/" + id + "?wait=30s")).json();
      const auto& state = job.at("state").as_string();
      if (state == "completed" || state == "failed") return job;
    }
  }
  static json::value run(const std::string& photo, const std::string& mode, const json::object& options = {},
                         const ServerProcess& of = *server) {
    json::object body{{"recordId", "r"}, {"photoUrl", photos->url(photo)}, {"mode", mode}, {"vendorId", "v"}};
    if (!options.empty()) body["options"] = options;
    const Answer answer = post_json(api(of, "crop-face-queue"), json::value(body));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return ended(of, std::string(answer.json().at("jobId").as_string()));
  }

  static PhotoServer* photos;
  static TempFolder* data;
  static ServerProcess* server;
};

PhotoServer* FaceApiTest::photos = nullptr;
TempFolder* FaceApiTest::data = nullptr;
ServerProcess* FaceApiTest::server = nullptr;

TEST_F(FaceApiTest, crops_a_photo_to_a_passport_photo) {
  const json::value job = run("/astronaut.png", "passport");
  ASSERT_EQ(job.at("state"), "completed") << json::serialize(job);
  EXPECT_EQ(job.at("data").at("mode"), "passport");
  const json::value& result = job.at("result");
  EXPECT_EQ(result.at("success"), true);
  EXPECT_EQ(result.at("mode"), "passport");
  EXPECT_EQ(result.at("width").to_number<int>(), 413);
  EXPECT_EQ(result.at("height").to_number<int>(), 531);
  EXPECT_EQ(result.at("detector"), "dlib");
  EXPECT_GT(result.at("face").at("eyes").at("left").at("x").to_number<double>(),
            result.at("face").at("eyes").at("right").at("x").to_number<double>());
  for (const json::value& check : result.at("validation").at("checks").as_array()) {
    if (check.at("name") != "headHeight") continue;
    EXPECT_NEAR(check.at("value").to_number<double>(), 34.0, 2.0);
  }

  const Answer file = get(std::string(result.at("photoUrl").as_string()));
  EXPECT_EQ(file.headers.at("content-type"), "image/jpeg");
  EXPECT_EQ(decoded(file.body).rgb.size, (imaging::Size{413, 531}));
  // JFIF: the density's unit (inch), then across and down.
  EXPECT_EQ(file.body.substr(6, 4), "JFIF");
  EXPECT_EQ(static_cast<int>(file.body[13]), 1);
  EXPECT_NEAR((static_cast<unsigned char>(file.body[14]) << 8) + static_cast<unsigned char>(file.body[15]),
              300, 1);
}

TEST_F(FaceApiTest, crops_many_photos_in_one_call) {
  const Answer answer =
      post_json(api(*server, "bulk-crop-face"),
                json::value{{"recordIds", {"a", "b"}},
                            {"photoUrls", {photos->url("/astronaut.png"), photos->url("/coffee.png")}},
                            {"mode", "idcard"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json().at("count").to_number<int>(), 2);
  const auto id = [&](std::size_t i) { return std::string(answer.json().at("jobIds").at(i).as_string()); };
  const json::value good = ended(*server, id(0));
  EXPECT_EQ(good.at("result").at("width").to_number<int>(), 480) << json::serialize(good);
  const json::value bad = ended(*server, id(1));
  EXPECT_EQ(bad.at("state"), "failed");
  EXPECT_EQ(bad.at("attemptsMade").to_number<int>(), 1) << "a face doesn't appear by trying again";
  EXPECT_THAT(std::string(bad.at("failedReason").as_string()), HasSubstr("No face"));
}

TEST_F(FaceApiTest, takes_an_uploaded_photo) {
  const Answer answer = post_form(api(*server, "crop-face-queue"),
                                  {{"recordId", "up", ""},
                                   {"mode", "in-pan", ""},
                                   {"photo", content_of(kSamples / "astronaut.png"), "astronaut.png"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json::value job = ended(*server, std::string(answer.json().at("jobId").as_string()));
  ASSERT_EQ(job.at("state"), "completed") << json::serialize(job);
  EXPECT_LE(job.at("result").at("bytes").to_number<int>(), 51'200);
}

TEST_F(FaceApiTest, replaces_the_background_in_the_same_job) {
  // Ready once the model has been loaded.
  while (get(server->url("/readyz")).status != 200) {
  }
  const json::value job = run("/astronaut.png", "passport", {{"background", "#00ff00"}, {"format", "png"}});
  ASSERT_EQ(job.at("state"), "completed") << json::serialize(job);
  EXPECT_EQ(job.at("result").at("model"), "tiny");
  const auto picture = decoded(get(std::string(job.at("result").at("photoUrl").as_string())).body).rgb;
  // To the tiny model what is bright is foreground: her black collar becomes the background.
  const std::uint8_t* pixel = picture.row(520) + 3 * 206;
  EXPECT_GT(pixel[1], pixel[0] + 60);
  EXPECT_GT(pixel[1], pixel[2] + 60);
}

TEST_F(FaceApiTest, keeps_to_an_offices_ban_on_altered_photos) {
  const Answer answer =
      post_json(api(*server, "crop-face-queue"), json::value{{"recordId", "r"},
                                                             {"photoUrl", photos->url("/astronaut.png")},
                                                             {"mode", "passport-us"},
                                                             {"options", {{"background", "#ffffff"}}}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().at("details").at(0).at("field"), "options.background");
}

TEST_F(FaceApiTest, names_the_modes) {
  for (const char* mode : {"", "nowhere"}) {
    const Answer answer = post_json(
        api(*server, "crop-face-queue"),
        json::value{{"recordId", "r"}, {"photoUrl", photos->url("/astronaut.png")}, {"mode", mode}});
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.json().at("details").at(0).at("field"), "mode");
    EXPECT_THAT(answer.body, HasSubstr("passport-us"));
  }
  const json::value presets = get(api(*server, "presets")).json().at("presets");
  EXPECT_GE(presets.as_array().size(), 16U);
}

TEST_F(FaceApiTest, counts_face_crops_in_the_statistics) {
  run("/astronaut.png", "square");
  const json::value stats = get(api(*server, "queue-stats")).json();
  EXPECT_GE(stats.at("faceCrop").at("completed").to_number<int>(), 1);
}

TEST_F(FaceApiTest, knows_presets_of_the_users_own) {
  const TempFolder folder;
  std::ofstream(folder.path() / "badge.toml")
      << "size_px = [120, 160]\n[head]\nheight = 0.5\nheight_range = [0.4, 0.6]\ntop = 0.2\n";
  const TempFolder own;
  const ServerProcess with_own(own.path(), {"--faces-presets-dir", folder.path()});
  const json::value job = run("/astronaut.png", "badge", {}, with_own);
  EXPECT_EQ(job.at("result").at("width").to_number<int>(), 120) << json::serialize(job);

  std::ofstream(folder.path() / "wrong.toml") << "size_px = [1, 2]\n";
  const TempFolder other;
  EXPECT_THROW(ServerProcess(other.path(), {"--faces-presets-dir", folder.path()}), std::runtime_error);
}

TEST_F(FaceApiTest, prefers_yunet_where_it_is_among_the_models) {
  const char* named = std::getenv("CUTROOM_TESTDATA");
  const fs::path yunet = (named ? fs::path(named) : fs::path(CUTROOM_SOURCE_DIR) / "../shared/testdata") /
                         "yunet_s_640_640.onnx";
  if (!fs::exists(yunet)) GTEST_SKIP() << "needs YuNet's file in the folder that CUTROOM_TESTDATA names";
  const TempFolder models;
  fs::create_symlink(yunet, models.path() / "face_detection_yunet_2023mar.onnx");
  const std::string folders =
      std::string(CUTROOM_TINY_MODEL_DIR) + "," + CUTROOM_SOURCE_DIR "/models," + models.path().string();
  const TempFolder own;
  const ServerProcess with_yunet(own.path(), {"--models", folders});
  EXPECT_EQ(run("/astronaut.png", "passport", {}, with_yunet).at("result").at("detector"), "yunet");

  const TempFolder without;
  EXPECT_THROW(ServerProcess(without.path(), {"--faces-model", "yunet"}), std::runtime_error);
}

TEST_F(FaceApiTest, crops_files_from_the_shell) {
  const TempFolder out;
  const std::string command = std::string(CUTROOM_BINARY) + " crop-face '" +
                              (kSamples / "astronaut.png").string() + "' '" +
                              (out.path() / "a.jpg").string() + "' --faces-model dlib --mode ";
  EXPECT_EQ(std::system((command + "passport 2>/dev/null").c_str()), 0);
  EXPECT_EQ(decoded(content_of(out.path() / "a.jpg")).rgb.size, (imaging::Size{413, 531}));
  EXPECT_EQ(WEXITSTATUS(std::system((command + "nowhere 2>/dev/null").c_str())), 2);
}

}  // namespace
}  // namespace cutroom::test
