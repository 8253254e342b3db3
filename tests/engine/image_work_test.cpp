#include "engine/image_work.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/order_urls.hpp"
#include "engine/photo_path.hpp"
#include "fakes.hpp"
#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using testing::HasSubstr;

// Answers with a file of the photo's bytes, the overlays' and the steps' number.
class FakeEditor final : public imaging::ImageEditor {
 public:
  bool can_write(imaging::Format) const override { return true; }
  Result<imaging::Edited> edit(std::span<const std::uint8_t> photo, const imaging::Overlays& overlays,
                               const imaging::ImageOperations& operations, const imaging::DecodeLimits&,
                               std::stop_token stop,
                               const std::function<void(int, int)>& report) const override {
    before_edit();
    if (stop.stop_requested()) return Error{.code = Errc::cancelled};
    std::string text(reinterpret_cast<const char*>(photo.data()), photo.size());
    for (const auto& [url, bytes] : overlays) text += "+" + std::string(bytes.view());
    text += "*" + std::to_string(operations.steps.size());
    report(1, 2);
    report(2, 2);
    imaging::Edited out{.main = {.bytes = Bytes::copy_of(std::string_view(text)),
                                 .size = {4, 3},
                                 .format = imaging::Format::webp,
                                 .quality = 70},
                        .thumbnails = {},
                        .source = {40, 30},
                        .source_format = "jpeg"};
    for (const imaging::Thumbnail& thumbnail : operations.thumbnails)
      out.thumbnails.push_back({.name = thumbnail.name,
                                .bytes = Bytes::copy_of(std::string_view(thumbnail.name)),
                                .size = {1, 1},
                                .format = imaging::Format::jpeg,
                                .quality = 50});
    return out;
  }
  std::function<void()> before_edit = [] {};
};

class ImageWorkTest : public testing::Test {
 protected:
  Result<std::string> attempt(const std::string& operations, std::string url = "http://x/a") {
    Payload payload{.record_id = "r1", .project_id = "p", .photo_url = std::move(url), .vendor = "v"};
    payload.work = json::parse("{\"operations\":" + operations + "}").as_object();
    for (const auto& [held_url, key] : held) hold_image(payload.work, held_url, key);
    jobs::Job job{.id = "7", .queue = std::string(jobs::kImageProcessing), .vendor = "v"};
    job.payload_json = to_json(payload);
    Result<std::string> result = Error{};
    test::run_coroutine(io, [&]() -> awaitable<void> {
      StepTimes times;
      Attempt one{.job = job,
                  .stop = stop.get_token(),
                  .report = [this](int percent) { progress.push_back(percent); },
                  .times = times};
      result = co_await path.run(one);
    });
    return result;
  }

  boost::asio::io_context io;
  boost::asio::thread_pool compute{2};
  SystemClock clock;
  test::FakePhotos photos;
  test::FakeAssets assets;
  test::FakeRecords records;
  FakeEditor editor;
  ImageWork work{{.editor = editor, .photos = photos, .assets = assets, .compute = compute}};
  PhotoPath path{{.photos = photos,
                  .assets = assets,
                  .records = records,
                  .work = work,
                  .compute = compute,
                  .clock = clock}};
  std::map<std::string, std::string> held;
  std::stop_source stop;
  std::vector<int> progress;
};

TEST_F(ImageWorkTest, edits_a_photo_and_says_what_came_out) {
  photos.photos["http://x/a"] = "photo";
  const auto result = attempt(R"([{"type":"flip"},{"type":"format","format":"webp"}])");
  ASSERT_TRUE(result) << result.error().text();
  const json::value said = json::parse(*result);
  EXPECT_EQ(said.at("success"), true);
  EXPECT_EQ(said.at("width"), 4);
  EXPECT_EQ(said.at("height"), 3);
  EXPECT_EQ(said.at("format"), "webp");
  EXPECT_EQ(said.at("quality"), 70);
  EXPECT_EQ(said.at("source").at("width"), 40);
  EXPECT_TRUE(said.at("timings").as_object().contains("editMs"));
  ASSERT_EQ(assets.files.size(), 1U);
  EXPECT_EQ(assets.files.begin()->second, "photo*1");
  EXPECT_TRUE(assets.files.begin()->first.ends_with(".webp"));
  ASSERT_EQ(records.updates.size(), 1U);
  EXPECT_EQ(records.updates[0].processing_status, "completed");
}

TEST_F(ImageWorkTest, gives_every_file_of_a_thumbnail_set) {
  photos.photos["http://x/a"] = "photo";
  const auto result =
      attempt(R"([{"type":"thumbnails","sizes":[{"name":"small","width":5},{"name":"large","width":9}]}])");
  ASSERT_TRUE(result) << result.error().text();
  const json::value said = json::parse(*result);
  ASSERT_EQ(said.at("files").as_array().size(), 3U);
  EXPECT_EQ(said.at("files").at(0).at("name"), "main");
  EXPECT_EQ(said.at("files").at(2).at("name"), "large");
  EXPECT_TRUE(said.at("files").at(2).at("url").as_string().ends_with(".jpg"));
  EXPECT_EQ(said.at("thumbnails").at(1).at("name"), "large");
  EXPECT_EQ(said.at("thumbnails").at(1).at("width"), 1);
}

TEST_F(ImageWorkTest, fetches_each_watermark_once_and_anew_for_each_job) {
  photos.photos["http://x/a"] = "photo";
  photos.photos["http://x/logo"] = "logo";
  const std::string operations =
      R"([{"type":"watermark","imageUrl":"http://x/logo"},{"type":"watermark","imageUrl":"http://x/logo","tile":true}])";
  ASSERT_TRUE(attempt(operations));
  EXPECT_EQ(photos.fetches, 2);
  EXPECT_EQ(assets.files.begin()->second, "photo+logo*2");
  photos.photos["http://x/logo"] = "new logo";
  ASSERT_TRUE(attempt(operations));
  EXPECT_EQ(assets.files.size(), 2U) << "the old logo was used again";
}

TEST_F(ImageWorkTest, takes_a_held_watermark_from_the_assets) {
  photos.photos["http://x/a"] = "photo";
  assets.files["k.bin"] = "held";
  held["http://here/assets/k.bin"] = "k.bin";
  const std::string operations = R"([{"type":"watermark","imageUrl":"http://here/assets/k.bin"}])";
  ASSERT_TRUE(attempt(operations));
  EXPECT_EQ(photos.fetches, 1);

  assets.files.erase("k.bin");
  photos.photos["http://x/b"] = "another";
  const auto gone = attempt(operations, "http://x/b");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().text(), "operations[0].imageUrl: the image is gone");
  EXPECT_FALSE(gone.error().retryable());
}

TEST_F(ImageWorkTest, says_which_image_could_not_be_had) {
  photos.photos["http://x/a"] = "photo";
  const auto result = attempt(R"([{"type":"flip"},{"type":"watermark","imageUrl":"http://x/none"}])");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::upstream_missing);
  EXPECT_THAT(result.error().text(), HasSubstr("operations[1].imageUrl: "));
}

TEST_F(ImageWorkTest, does_the_same_to_the_same_photo_once) {
  photos.photos["http://x/a"] = "photo";
  int edits = 0;
  editor.before_edit = [&] { ++edits; };
  ASSERT_TRUE(attempt(R"([{"type":"flip"}])"));
  ASSERT_TRUE(attempt(R"([{"type":"flip"}])"));
  EXPECT_EQ(edits, 1);
  ASSERT_TRUE(attempt(R"([{"type":"flop"}])"));
  EXPECT_EQ(edits, 2);
}

TEST_F(ImageWorkTest, reports_progress_in_order) {
  photos.photos["http://x/a"] = "photo";
  ASSERT_TRUE(attempt(R"([{"type":"flip"}])"));
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
  EXPECT_THAT(progress, testing::IsSupersetOf({kFetchedPercent, 50, kMadePercent}));
}

TEST_F(ImageWorkTest, ends_soon_after_a_stop_request) {
  photos.photos["http://x/a"] = "photo";
  editor.before_edit = [&] { stop.request_stop(); };
  EXPECT_EQ(attempt(R"([{"type":"flip"}])").error().code, Errc::cancelled);
  EXPECT_TRUE(assets.files.empty());
}

}  // namespace
}  // namespace cutroom::engine
